"""Where tasks go: CRM adapters and the task workbook, behind one protocol."""
