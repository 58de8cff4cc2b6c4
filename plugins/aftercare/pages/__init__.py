"""Pages in Airflow's menu for stewards, HR and operators."""
