// Which rows are no longer current: of every document the newest version wins, a deletion hides all. The decision looks
// at versions only, never at the order in which packages arrived.
#pragma once

#include "store/local_store.h"

namespace sekisho::store {

// `fresh`: files of this load's document versions; `known`: those of the hospital before; `segments`: every clinical
// segment of the hospital, this load's among them (their files carry final names). Returns the segments whose bitmap
// changed; the bitmap files are published.
Result<std::vector<SegmentRow>> supersede(LocalStore& store, const std::vector<std::filesystem::path>& fresh,
                                          const std::vector<std::filesystem::path>& known,
                                          const std::vector<SegmentRow>& segments);

// Writes the bitmap that `rows_sql` gives (one column `row`) for a segment; sets bitmap and superseded.
Result<void> write_bitmap(LocalStore& store, SegmentRow& segment, const std::string& rows_sql);

}  // namespace sekisho::store
