"""What must always be true of files and keys: each sentence with the SQL that finds the rows that break it."""

from typing import Final

INVARIANTS: Final[dict[str, str]] = {
    "a readable file was checked and has a size": """
        SELECT code FROM document WHERE state = 'ready' AND (size IS NULL OR sha256 IS NULL OR media_type = '')""",
    "a case with files has a key, or had one that was destroyed": """
        SELECT document.code FROM document LEFT JOIN case_key USING (case_id) WHERE case_key.id IS NULL""",
    "nothing of an erased case can be read": """
        SELECT document.code FROM document JOIN case_key USING (case_id)
        WHERE case_key.destroyed_at IS NOT NULL AND document.state IN ('arriving', 'ready')""",
}
