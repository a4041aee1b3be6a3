# cmake --install BUILD --prefix DIR: the three programs in bin, DuckDB's library in lib/sekisho, what the programs read in
# share/sekisho (they look there from their own place, so that DIR can be anywhere and be moved).
foreach(program sekisho sekisho-gateway sekisho-receiver)
  if(TARGET ${program})
    set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/sekisho")
    install(TARGETS ${program} RUNTIME DESTINATION bin)
  endif()
endforeach()
install(FILES $<TARGET_FILE:duckdb> DESTINATION lib/sekisho)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/specs/ DESTINATION share/sekisho/specs)
# The pages are built by tools/build-web.sh; without them only the portal is missing.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/web/dist/ DESTINATION share/sekisho/web OPTIONAL)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/sekisho)
