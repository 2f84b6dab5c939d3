"""An Airflow DAG as the documentation has it: build, gate, refresh. It is read by Airflow alone."""

import os
from datetime import datetime

from airflow import DAG
from airflow.operators.bash import BashOperator

GATE = os.environ["GATE"]
"""The command of the gate, without the day."""

with DAG("shop", start_date=datetime(2026, 3, 1), schedule="@daily", catchup=False) as dag:
    build = BashOperator(task_id="build", bash_command="true")
    gate = BashOperator(task_id="gate", bash_command=f"{GATE} --day {{{{ ds }}}}")
    refresh = BashOperator(task_id="refresh_dashboards", bash_command='touch "$REFRESHED"')
    build >> gate >> refresh
