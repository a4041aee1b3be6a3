// Backup of a centre's stores, proven by restoring it: only then do hospitals get the receipt `secured` and may let go
// of their copy. Keys are not in it: they are held apart and backed up by their own way.
#pragma once

#include "center/layout.h"
#include "core/json.h"

namespace sekisho::center {

// Copies catalogue and every file it names into `target` (must not exist), writes backup.json with the SHA-256 of each
// file, restores it into a folder beside, opens and checks the restored store, compares its packages with the live one,
// and leaves an order for intake to sign the receipts. Runs beside a working intake. Returns
// {"backup","files","bytes","packages","seconds"}. Errors: backup.damaged (what was restored differs),
// backup.postgresql (use the database's own tools for a catalogue there).
Result<Json> backup(const Layout& layout, const std::filesystem::path& target, const Clock& clock, Random& random);

// Puts a backup in place of a lost store: refuses when a store stands there. Checks every hash first.
Result<Json> restore(const Layout& layout, const std::filesystem::path& source);

}  // namespace sekisho::center
