"""Makes the font of the charts: the letters that charts.py names, out of the 65,000 of Noto Sans CJK.

python -m tests.font /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
"""

import sys

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from digestbot.render.charts import FONT, can_write


def main() -> None:
    options = Options(
        layout_features=[],
        hinting=False,
        name_IDs=[0, 1, 2, 4, 6, 13, 14],
        drop_tables=["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"],
    )
    with TTFont(sys.argv[1], fontNumber=0, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=[code for code in range(sys.maxunicode) if can_write(chr(code))])
        subsetter.subset(font)
        font.save(str(FONT))


if __name__ == "__main__":
    main()
