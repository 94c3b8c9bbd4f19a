"""Documents as people have them, turned to text: encodings, Word, e-mail and PDF.

bytes ──encodings──▶ text
.docx ──docx──▶ text       .eml ──mail──▶ text
.pdf ──pdf──▶ lines ──line_kinds──▶ lines of the body ──reading_order──▶ text and `PlacedLine`s

`xlink.corpora.text.TextReader` chooses among them.
"""
