"""三高: guideline rules, compiled and explained."""
