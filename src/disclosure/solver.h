// The integer solver with an owner, and the border at which exceptions of solvers become errors. Private to the
// protector; the audit has its own border.
#pragma once

#include <Cbc_C_Interface.h>
#include <CoinError.hpp>
#include <new>

#include "core/result.h"

namespace sekisho::disclosure {

struct CbcOwner {
  Cbc_Model* model = Cbc_newModel();
  ~CbcOwner() { Cbc_deleteModel(model); }
  CbcOwner() = default;
  CbcOwner(const CbcOwner&) = delete;
  CbcOwner& operator=(const CbcOwner&) = delete;
};

// Errors: disclosure.solver, disclosure.memory, and those of the search.
template <typename Search>
auto guarded(Search search) -> decltype(search()) {
  try {
    return search();
  } catch (const CoinError& error) {
    return fail("disclosure.solver", "the solver failed: " + error.message());
  } catch (const std::bad_alloc&) {
    return fail("disclosure.memory", "the table does not fit into memory");
  }
}

}  // namespace sekisho::disclosure
