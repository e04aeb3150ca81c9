"""`python -m yakuba` is the `yakuba` command."""

from yakuba.config.command import main

if __name__ == "__main__":
    main()
