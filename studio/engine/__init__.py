"""The engine room: requests become jobs, jobs run in worker processes, results land in the library. No Qt here."""
