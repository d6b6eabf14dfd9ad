"""Times as people read them: minutes and seconds, without bars."""


def time_text(seconds: float, *, decimals: int = 0) -> str:
    """Write a time such as ``1:02:03.25``; hours only where there are any."""
    ticks = round(max(0.0, seconds) * 10**decimals)
    whole, fraction = divmod(ticks, 10**decimals)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    return f"{text}.{fraction:0{decimals}}" if decimals else text
