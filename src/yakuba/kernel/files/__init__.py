"""Files: what comes in from outside is checked, re-rendered and kept encrypted. See `uploads.take_upload`."""
