# Opening parts needs the decryption that transport itself must not have.
target_link_libraries(test_transport PRIVATE sekisho_unseal PkgConfig::ZSTD)
