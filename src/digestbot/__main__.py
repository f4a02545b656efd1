"""`python -m digestbot`, and where the command `digestbot` begins."""

import sys

from digestbot import __version__


def main() -> None:
    """Run the command line. The version is told before anything else is imported."""
    if sys.argv[1:] == ["--version"]:
        print(__version__)
        return
    from digestbot import cli

    cli.main()


if __name__ == "__main__":
    main()
