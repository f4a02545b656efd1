"""Takes what a bot never reads out of the installation that runs this, for an image.

Babel knows some 330 languages; of those that digestbot does not speak it asks for names of languages only.
"""

import pickle
from pathlib import Path

import babel

SPOKEN = {"root", "en", "ko", "ja", "zh"}
NAMES = {"languages", "locale_display_pattern", "scripts", "territories", "variants"}

for file in (Path(babel.__file__).parent / "locale-data").glob("*.dat"):
    if file.stem.partition("_")[0] not in SPOKEN:
        data = pickle.loads(file.read_bytes())  # noqa: S301 - as Babel does
        file.write_bytes(pickle.dumps({key: value for key, value in data.items() if key in NAMES}))
