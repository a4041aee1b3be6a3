target_compile_definitions(test_crypto PRIVATE SEKISHO_CRYPTO_LIBRARY="$<TARGET_FILE:sekisho_crypto>"
  SEKISHO_UNSEAL_LIBRARY="$<TARGET_FILE:sekisho_unseal>")
add_dependencies(test_crypto sekisho_unseal)
