# Registrations of the synthetic population, with the slips of its reception desks.
target_link_libraries(test_linkage PRIVATE sekisho_synth)
