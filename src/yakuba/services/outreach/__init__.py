"""Outreach (勧奨・予測): who is written to and whether it helped, risk models, forecasts, blood pressure, similar cases."""
