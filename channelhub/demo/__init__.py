"""An invented vendor with a year's worth of news, for whoever runs ChannelHub for the first time.

The tables (`cast`, `market`, `stories`) say who there is and what happens to them; `calendar`,
`shapes` and `lines` turn that into reports of sales, pure and repeatable; `build` loads those
through the same doors as real files, `facts` writes down the rest, and a week is judged.
"""
