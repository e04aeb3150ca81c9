"""Local words (自治体ごとに違うところ): places in texts for residents that each town fills once for all rooms.

queries.words("answers") → name of the place → what the active town puts there
slots.filled("電話は{電話}です。", words) → the text as it is told
"""
