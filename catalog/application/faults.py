"""What may be logged of an exception: its kind and our place in the code, never its text."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


def describe_fault(fault: BaseException) -> dict[str, str]:
    """Name the types of an exception and its causes, and the innermost frame of ours.

    Texts are left out: a driver's may hold a DSN, a client's a signed URL.
    """
    chain: list[BaseException] = []
    link: BaseException | None = fault
    while link is not None and link not in chain:
        chain.append(link)
        link = _beneath(link)
    return {
        "error_types": " < ".join(_name(each) for each in chain),
        "error_at": next((place for each in reversed(chain) if (place := _place(each))), ""),
    }


def _beneath(fault: BaseException) -> BaseException | None:
    """Find what an exception comes from; of a group the first, as the others were cancelled."""
    if isinstance(fault, BaseExceptionGroup):
        return fault.exceptions[0]
    return fault.__cause__ or fault.__context__


def _name(fault: BaseException) -> str:
    kind = type(fault)
    return f"{kind.__module__}.{kind.__qualname__}"


def _place(fault: BaseException) -> str:
    """Find the innermost frame within the package `catalog`."""
    place = ""
    step: TracebackType | None = fault.__traceback__
    while step is not None:
        module = str(step.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("catalog."):
            place = f"{module}:{step.tb_lineno} in {step.tb_frame.f_code.co_name}"
        step = step.tb_next
    return place
