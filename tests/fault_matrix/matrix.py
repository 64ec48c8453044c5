"""The fault matrix: every fault at every call that the daemon makes. python3 tests/fault_matrix/matrix.py --build DIR --part PART"""

import argparse
import asyncio
import itertools
import sys
import time

import looks
import sweep
from box import Box
from calls import call_of
from cells import all_cells
from hands import HandLife, all_hand_cells
from life import Broken, Life, settle, short_life, whole_life
from pending import Pending

PARTS = {  # stages whose calls are played, kinds of lives, boxes, lives at once in a box
    "looks": ([], looks.play, 3, 1),
    "sweep": ([], sweep.play, 4, 1),
    "hands": ([], None, 3, 8),
    "keys": (["plant without a server"], short_life, 5, 1),
    "around": (["plant without a server", "teardown"], short_life, 3, 8),
    "teardown": (["plant without a server", "teardown"], short_life, 3, 8),
    "removals": (["plant without a server", "teardown"], short_life, 3, 8),
    "servers": (["plant", "dud", "grow", "adopt", "shrink"], whole_life, 3, 6),
}


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--part", choices=sorted(PARTS), required=True)
    parser.add_argument("--seconds", type=float, default=220, help="after which no life is begun")
    parser.add_argument("--boxes", type=int)
    parser.add_argument("--only", default="", help="a text that the cells' names contain")
    parser.add_argument("--addresses", type=int, default=0, help="number of the first box")
    return parser.parse_args()


class Matrix:
    """One part of it."""

    def __init__(self, options):
        self.options = options
        self.stages, self.kind, self.boxes, self.at_once = PARTS[options.part]
        self.cells = self._cells()
        self.hands = sorted(self.cells, key=lambda cell: not cell.is_in_the_way) if options.part == "hands" else []
        self.pending = Pending([] if self.hands else self.cells)
        self.names = (f"f{number}" for number in itertools.count(1))
        self.until = time.monotonic() + options.seconds
        self.broken = []
        self.unknown = set()

    def _cells(self):
        if self.options.part == "hands":
            return [cell for cell in all_hand_cells() if self.options.only in cell.name]
        calls = looks.calls_of(self.options.part)
        return [cell for cell in all_cells() if cell.call.name in calls and self.options.only in cell.name]

    async def run(self):
        """True: as it should be."""
        count = self.options.boxes or self.boxes
        await asyncio.gather(*(self._box(self.options.addresses + number) for number in range(count)))
        return self._report()

    async def _box(self, number):
        box = Box(self.options.build, number)
        try:
            await box.start()
            pid = box.daemon.pid
            await asyncio.gather(*(self._lives(box) for _ in range(self.at_once)))
            if self.stages or self.hands:
                await settle(box)
                if not box.is_alive() or box.daemon.pid != pid:
                    raise Broken("the daemon was not the same one to the end")
        except Broken as broken:
            self.broken.append(str(broken))
        finally:
            self.unknown |= {f"{line['method']} {line['path']}?{line['query']}" for line in box.journal() if not call_of(line)}
            await box.close()

    async def _lives(self, box):
        if self.hands:
            await self._hands(box)
            return
        if not self.stages:
            await self.kind(box, self.pending, self.until)
            return
        while self.pending.left(self.stages) and time.monotonic() < self.until and box.is_alive():
            life = Life(box, next(self.names), self.pending)
            try:
                if self.options.part == "keys":
                    await looks.forget_keys(box)
                await self.kind(life)
            except Broken as broken:
                self.broken.append(str(broken))
                await life.disarm()

    async def _hands(self, box):
        while self.hands and time.monotonic() < self.until and box.is_alive():
            cell = self.hands.pop(0)
            try:
                await HandLife(Life(box, next(self.names), self.pending), cell).run()
            except Broken as broken:
                self.broken.append(str(broken))

    def _report(self):
        for cell in self.cells:
            bad = cell.failed or not cell.fired
            print(f"{'FAIL' if bad else 'ok  '} {cell.where:<42} {cell.what:<48} {cell.fired} {'; '.join(dict.fromkeys(cell.outcomes))}")
        silent = [cell.name for cell in self.cells if not cell.fired]
        failed = [cell.name for cell in self.cells if cell.failed]
        for broken in self.broken:
            print("BROKEN", broken)
        for call in sorted(self.unknown):
            print("UNKNOWN CALL", call)
        print(f"{len(self.cells)} pairs of {len({cell.where for cell in self.cells})} calls, {sum(cell.fired for cell in self.cells)} fired; "
              f"{len(silent)} pairs fired 0 times, {len(failed)} failed, {len(self.broken)} promises broken, {len(self.unknown)} unknown calls")
        return not silent and not failed and not self.broken and not self.unknown


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(Matrix(parse_arguments()).run()) else 1)
