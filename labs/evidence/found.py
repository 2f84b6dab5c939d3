"""What was found: the file from which the document is made, and how it is made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import reduce
from itertools import repeat
from operator import add
from pathlib import Path

from labs.evidence import bursts, gaps, joint, slides
from labs.evidence.bursts import Bursts
from labs.evidence.gaps import Gaps
from labs.evidence.joint import Seen
from labs.evidence.slides import Slides
from labs.year.simulator import NOISES

PATH = Path(__file__).with_name("found.json")
PROCESSES = 2
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Found:
    """By noise and what was lost of a day, what was said; gaps and bursts by shop; slides."""

    joint: Mapping[float, Mapping[str, Seen]]
    gaps: Sequence[Gaps]
    slides: Mapping[float, Slides]
    bursts: Sequence[Bursts]


def find(tell: Tell) -> Found:
    """All of it: on two cores a minute or two."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        asked = {
            noise: [pool.submit(joint.counted, n, noise) for n in joint.SHOPS] for noise in NOISES
        }
        found = {}
        for noise, waiting in asked.items():
            shops = [one.result() for one in waiting]
            found[noise] = {name: reduce(add, [shop[name] for shop in shops]) for name in shops[0]}
            tell(f"{len(shops)} shops with {noise:.0%} of noise")
        slid = {
            noise: slides.total(list(pool.map(slides.counted, slides.SHOPS, repeat(noise))))
            for noise in NOISES
        }
        burst = list(map(bursts.counted, bursts.SHOPS))
        return Found(found, list(pool.map(gaps.counted, gaps.SHOPS)), slid, burst)


def write(found: Found) -> None:
    """Keep it in the file."""
    data = {
        "joint": {
            str(noise): {name: asdict(one) for name, one in said.items()}
            for noise, said in found.joint.items()
        },
        "gaps": [asdict(one) for one in found.gaps],
        "slides": {str(noise): asdict(one) for noise, one in found.slides.items()},
        "bursts": [asdict(one) for one in found.bursts],
    }
    PATH.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def read() -> Found:
    """What was kept."""
    data = json.loads(PATH.read_text(encoding="utf-8"))
    said = {
        float(noise): {name: Seen(**one) for name, one in by_loss.items()}
        for noise, by_loss in data["joint"].items()
    }
    slid = {float(noise): Slides(**one) for noise, one in data["slides"].items()}
    burst = [Bursts(**one) for one in data["bursts"]]
    return Found(said, [Gaps(**one) for one in data["gaps"]], slid, burst)
