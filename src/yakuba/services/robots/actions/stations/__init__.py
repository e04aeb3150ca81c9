"""What is done with stations: keys, handing rows over, taking them, telling how they ended, settling what was told."""
