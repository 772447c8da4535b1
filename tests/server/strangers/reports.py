"""The stranger and the reports: each counts what its reader may see."""

from tests.server.strangers import Lines, hidden, listed, own

LINES: Lines = {
    ("GET", "/reports"): own("/reports"),
    ("GET", "/reports/{code}"): hidden("/reports/institutions?district=AZ-SAB"),
    ("GET", "/reports/{code}/rows"): listed("/reports/internet/rows?only=none", "190 nömrəli"),
    ("GET", "/reports/{code}.csv"): listed("/reports/institutions.csv", "Sabirabad"),
    ("GET", "/reports/{code}.xlsx"): hidden("/reports/institutions.xlsx?district=AZ-SAB"),
    ("GET", "/api/v1/indicators"): own("/api/v1/indicators"),
    ("GET", "/api/v1/reports/{code}"): listed("/api/v1/reports/institutions", "AZ-SAB"),
}
