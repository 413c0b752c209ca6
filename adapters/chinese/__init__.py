"""The forms Chinese health records travel in: shared-document XML, slot XML, ready maps of tables, one-string SOAP."""
