// Named places at which a test may kill the process, to prove that a crash there loses nothing (invariant 3).
// SEKISHO_CRASH_AT=name or name:N (the Nth passage) raises SIGKILL; otherwise a passage costs one branch.
// `sekisho --crash-points` style listings come from tests that read the sources: a name is a literal at its call.
#pragma once

namespace sekisho {

void crash_point(const char* name);

}  // namespace sekisho
