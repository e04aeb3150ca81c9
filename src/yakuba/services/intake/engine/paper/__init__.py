"""A procedure's paper form: values on their way into its boxes, and the web form that it proposes."""
