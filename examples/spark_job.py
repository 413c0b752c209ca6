"""Answers for everybody in a folder of Parquet files, with Spark: `spark-submit spark_job.py PEOPLE ANSWERS`.

Without a cluster: `python spark_job.py PEOPLE ANSWERS` runs in local mode (Java 17). On a cluster every worker has
`pip install "sangao[arrow]"`. Columns are named after facts; one day holds for all rows.
"""

import os
import sys

from pyspark.sql import SparkSession

from sangao.adapters.spark import stratify

DECISIONS = ["htn.class", "htn.grade", "htn.risk"]


def main(people: str, answers: str) -> None:
    """Read, answer, write."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers run the Python that has sangao
    spark = (
        SparkSession.builder.appName("sangao")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 65536)
        .getOrCreate()
    )
    frame = spark.read.parquet(people)
    found = stratify(frame, "htn_guideline_2024", DECISIONS, key="id", on="2025-10-20", lists=["conditions"])
    found.write.mode("error").parquet(answers)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
