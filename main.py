"""Starts imagetool from a checkout; an installed one is called `imagetool`."""

if __name__ == "__main__":
    from imagetool.start import main

    raise SystemExit(main())
