// What the linker keeps of every registration so that new ones are compared with all others without reading them
// again: one file, sealed with the identity zone's key and named by the catalogue. It can be made anew from the
// identity records at any time; an erasure drops it.
#pragma once

#include <functional>

#include "core/bytes.h"
#include "store/store.h"

namespace sekisho::store {

using ByteSink = std::function<Result<void>(ByteView)>;

// Puts what `write` hands over in place of the file that was there. `store` is one that Store::open gave.
Result<void> write_linkage_file(Store& store, const std::function<Result<void>(const ByteSink&)>& write);
// Hands the content over piece by piece, in order; false: there is none. Errors: unseal.tampered,
// store.sealed_malformed.
Result<bool> read_linkage_file(Store& store, const ByteSink& piece);
Result<void> drop_linkage_file(Store& store);

}  // namespace sekisho::store
