// Estimates of how many persons are unique in the population from which a table is drawn, from the sizes of its
// classes (after Dankar et al. 2012).
#pragma once

#include <cstddef>
#include <map>

namespace sekisho::anonymize {

// Share of the population's persons who are unique there, 0 without a unique in the sample;
// Pitman up to a sampling fraction of a tenth (Zayatz where it has no solution), above it the lesser of Zayatz and
// slide negative binomial (Zayatz alone where that has no solution). Sizes: class size to number of classes.
double population_uniqueness(const std::map<std::size_t, std::size_t>& sizes, double population);

double zayatz_uniques(const std::map<std::size_t, std::size_t>& sizes, double population);  // persons
double pitman_uniques(const std::map<std::size_t, std::size_t>& sizes, double population);  // persons; -1: no solution
double slide_uniques(const std::map<std::size_t, std::size_t>& sizes, double population);   // persons; -1: no solution

// k-map where the population is not listed (El Emam and Dankar 2008, D3 and D4): the least class of the sample that a
// class of k persons in the population would show with a probability of at most `significance`, its size in the sample
// being Poisson with k times the sampling fraction, or the same given that it is not empty. At most k.
int map_class_size(int k, double population, double sample, double significance, bool zero_truncated);

}  // namespace sekisho::anonymize
