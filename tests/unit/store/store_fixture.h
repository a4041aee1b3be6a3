// A store in a temporary folder, or in the one that SEKISHO_STORE_TEST names: a child process of the test works there.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "core/file.h"
#include "store/store.h"

namespace sekisho::store {

class StoreFixture : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* given = std::getenv("SEKISHO_STORE_TEST")) {
      root_ = given;
      return;
    }
    folder_ = std::make_unique<TemporaryFolder>(std::move(*TemporaryFolder::create()));
    root_ = folder_->path();
  }
  virtual StoreOptions options() {
    StoreOptions o;
    o.folder = root_ / "store";
    o.keys = (folder_ ? folder_->path() : root_) / "keys";  // a test may move the store
    o.body = {"body"};
    o.allow_unencrypted = true;
    o.clock = &clock_;
    o.random = &random_;
    return o;
  }
  void open() {
    store_.reset();
    auto opened = Store::open(options());
    ASSERT_TRUE(opened) << opened.error().describe();
    store_ = std::move(*opened);
  }
  void expect_sound() {
    const auto report = store_->check();
    ASSERT_TRUE(report) << report.error().describe();
    EXPECT_TRUE(report->value("ok", false)) << report->dump();
    EXPECT_TRUE(report->at("strays").empty()) << report->dump();
  }

  std::unique_ptr<TemporaryFolder> folder_;
  std::filesystem::path root_;
  ManualClock clock_{{1'800'000'000'000'000}};
  SeededRandom random_{5};
  std::unique_ptr<Store> store_;
};

}  // namespace sekisho::store
