"""The public log, as it is published, to the folder of facts that the policy's feeds read.

    python -m policies.examples.volvo.log_to_facts incidents.csv.gz FOLDER

The log has a row for each event of a ticket and no name for an event, so two things are added: an `Event`
made of the ticket's number and the event's place in it, and a file of the tickets, each with its first event.
"""

import csv
import gzip
import sys
from collections import Counter
from pathlib import Path


def convert(log: Path, folder: Path) -> None:
    """Write `history.csv` and `tickets.csv` into the folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    seen: Counter[str] = Counter()
    with (
        gzip.open(log, "rt", encoding="utf-8", newline="") as source,
        (folder / "history.csv").open("w", encoding="utf-8", newline="") as history,
        (folder / "tickets.csv").open("w", encoding="utf-8", newline="") as tickets,
    ):
        rows = csv.reader(source)
        header = next(rows)
        ticket = header.index("SR Number")
        to_history, to_tickets = csv.writer(history), csv.writer(tickets)
        to_history.writerow(["Event", *header])
        to_tickets.writerow(header)
        for row in rows:
            seen[row[ticket]] += 1
            to_history.writerow([f"{row[ticket]}/{seen[row[ticket]]:04d}", *row])
            if seen[row[ticket]] == 1:
                to_tickets.writerow(row)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
