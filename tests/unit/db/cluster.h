// A PostgreSQL 15 cluster for tests, thrown away at the end.
#pragma once

#include <pwd.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "core/file.h"
#include "core/process.h"

namespace sekisho::testing_support {

// A PostgreSQL 15 cluster in a temporary folder, listening on a socket there only.
class Cluster {
 public:
  static Cluster* get() {
    static std::unique_ptr<Cluster> cluster = start();
    return cluster.get();
  }
  std::string parameters() const { return "host=" + folder_.path().string() + " user=app dbname=postgres"; }
  ~Cluster() { command({kBin + "/pg_ctl", "-D", data(), "-m", "immediate", "stop"}); }

 private:
  explicit Cluster(TemporaryFolder folder) : folder_(std::move(folder)) {}
  std::string data() const { return (folder_.path() / "data").string(); }
  static int command(std::vector<std::string> words) {
    if (geteuid() == 0) {
      const std::vector<std::string> as = {"setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"};
      words.insert(words.begin(), as.begin(), as.end());
    }
    const auto done = run_command(words);
    return done ? done->status : -1;
  }
  static std::unique_ptr<Cluster> start() {
    if (!std::filesystem::exists(kBin + "/initdb") || !std::filesystem::exists(kBin + "/pg_ctl")) return nullptr;
    auto folder = TemporaryFolder::create("skpg");
    if (!folder) return nullptr;
    std::unique_ptr<Cluster> cluster(new Cluster(std::move(*folder)));
    if (geteuid() == 0) {
      const passwd* user = getpwnam("postgres");
      if (user == nullptr || chown(cluster->folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) return nullptr;
    }
    const std::string folder_text = cluster->folder_.path().string();
    if (command({kBin + "/initdb", "-D", cluster->data(), "-A", "trust", "-U", "app", "--locale=C.UTF-8", "-E", "UTF8",
                 "--no-sync"}) != 0)
      return nullptr;
    if (command({kBin + "/pg_ctl", "-D", cluster->data(), "-w", "-l", folder_text + "/log", "-o",
                 "-k " + folder_text + " -c listen_addresses=''", "start"}) != 0)
      return nullptr;
    return cluster;
  }
  inline static const std::string kBin = "/usr/lib/postgresql/15/bin";
  TemporaryFolder folder_;
};

}  // namespace sekisho::testing_support
