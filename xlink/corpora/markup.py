"""XML documents of corpora, parsed whole: nothing is fetched, and no entity is expanded."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from xlink.errors import DataError

__all__ = ["Element", "attribute", "line_of", "number", "parse_xml"]

Element = etree._Element


def parse_xml(path: Path) -> Element:
    """Return the root of an XML file.

    Raises:
        DataError: it can't be read, is not XML, or declares entities; names the line.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}", path=path, remedy="Check the path."
        ) from None
    except etree.XMLSyntaxError as error:
        raise DataError(
            f"it is not XML: {(error.msg or '').partition(', line ')[0]}",
            path=path,
            line=error.lineno or 1,
            remedy="Fetch the file again.",
        ) from None
    declared = root.getroottree().docinfo.internalDTD
    # The stubs of lxml do not know what a DTD has.
    if declared is not None and declared.entities():  # type: ignore[union-attr]
        raise DataError("it declares entities", path=path, remedy="Write out what they stand for.")
    return root


def line_of(element: Element) -> int:
    """Return the line that an element begins on."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 1


def attribute(element: Element, name: str, path: Path) -> str:
    """Return an attribute that must be there.

    Raises:
        DataError: it is not.
    """
    value = element.get(name)
    if value is None:
        tag = etree.QName(element).localname
        raise DataError(f"<{tag}> has no {name!r}", path=path, line=line_of(element))
    return value


def number(element: Element, name: str, path: Path) -> int:
    """Return an attribute that must be a number.

    Raises:
        DataError: it is not there, or is something else.
    """
    value = attribute(element, name, path)
    if not value.isdecimal():
        raise DataError(f"{name} is {value[:20]!r}, not a number", path=path, line=line_of(element))
    return int(value)
