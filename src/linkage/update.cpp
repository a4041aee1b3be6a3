#include "linkage/update.h"

#include "core/progress.h"
#include "linkage/store_linker.h"

namespace sekisho::linkage {

Result<UpdateReport> update(store::Store& store, const Clock& clock, const UpdateOptions& options) {
  UpdateReport report;
  StoreLinker linker(store, options, report);
  Progress progress("linkage", 4, "steps");
  SEKISHO_CHECK(linker.read());
  progress.add();
  options.tell("read", 1, 4);
  SEKISHO_CHECK(linker.link());
  progress.add();
  options.tell("linked", 2, 4);
  SEKISHO_CHECK(linker.keep());
  progress.add();
  options.tell("state written", 3, 4);
  const UtcTime now = clock.now();
  SEKISHO_CHECK(store.append_linkage(linker.events(), [&](std::size_t i) { return linker.event(i, now); }));
  SEKISHO_TRY(report.state, store.linkage_state());
  progress.add();
  return report;
}

Json UpdateReport::to_json() const {
  Json out{{"registrations", registrations},
           {"persons", persons},
           {"new_persons", new_persons},
           {"merges", merges},
           {"splits", splits},
           {"events", events},
           {"big_blocks", big_blocks},
           {"state", state},
           {"by_model", by_model},
           {"decisions", decisions},
           {"method", method},
           {"full", full},
           {"full_because", full_because},
           {"arrivals", arrivals},
           {"decided", decided},
           {"passes", passes},
           {"reason", reason}};
  if (open_pairs) out["open_pairs"] = *open_pairs;
  return out;
}

}  // namespace sekisho::linkage
