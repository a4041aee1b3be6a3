target_link_libraries(test_core PRIVATE PkgConfig::ICU)
