# Tables, curves and regressions that may leave: computed, checked, protected, with their proof sheet.
# Feels like table(), ftable(), survfit() and lm(); calls the program `sekisho` (on PATH, or named by the environment
# variable SEKISHO). Base R only.
#
#   source("sekisho.R")
#   t <- sekisho_table(~ age + sex, data, bands = list(age = c(0, 20, 40, 65)))
#   t; ftable(t); proof_sheet(t)          # hidden cells are NA
#   sekisho_km(Surv(weeks, relapse) ~ drug, data); sekisho_regression(mpg ~ wt + factor(cyl), data)

sekisho_program <- function() {
  found <- Sys.getenv("SEKISHO", unset = Sys.which("sekisho"))
  if (!nzchar(found)) stop("the program sekisho is not on PATH; name it in the environment variable SEKISHO")
  unname(found)
}

# The names of an expression: names alone or joined with +. A transformation would be lost silently: it is an error.
sekisho_names <- function(expression, what) {
  if (is.name(expression) && !identical(as.character(expression), ".")) return(as.character(expression))
  if (is.numeric(expression)) return(character(0))
  if (is.call(expression) && identical(expression[[1]], as.name("+")) && length(expression) == 3)
    return(c(sekisho_names(expression[[2]], what), sekisho_names(expression[[3]], what)))
  stop(what, " names columns, not ", paste(deparse(expression), collapse = ""),
       ": compute that in the data first (classes of numbers: bands = list(age = c(0, 20, 40)))", call. = FALSE)
}

# list(age = c(0, 20, 40)): a list with a name for each column it speaks of.
sekisho_named <- function(given, argument, join) {
  if (length(given) == 0) return(character(0))
  if (!is.list(given) || is.null(names(given)) || any(!nzchar(names(given))))
    stop(argument, " is a list with the names of columns, as list(age = ...)", call. = FALSE)
  vapply(names(given), function(n) paste0(n, "=", join(given[[n]])), "")
}

# What the program says, without temporary files and in the words of R's arguments.
sekisho_told <- function(messages, folder) {
  text <- paste(messages[!grepl("^(Run with --help|nothing was written to )", messages)], collapse = "\n")
  for (quoted in c(paste0(" (", file.path(folder, "data.csv"), ")"), paste0("; proof sheet ", file.path(folder, "proof.json"))))
    text <- gsub(quoted, "", text, fixed = TRUE)
  text <- gsub(file.path(folder, "data.csv"), "the data", text, fixed = TRUE)
  gsub("--([a-z]+)", "\\1 =", gsub("--measure", "fun =", text, fixed = TRUE))
}

# Runs the program; returns the CSV as a data frame with the proof sheet as attributes.
sekisho_call <- function(command, data, options) {
  folder <- tempfile("sekisho-")
  dir.create(folder, mode = "0700")
  on.exit(unlink(folder, recursive = TRUE))
  if (!is.data.frame(data) && !(is.character(data) && length(data) == 1))
    stop("data is a data frame or the name of a CSV or Parquet file", call. = FALSE)
  file <- data
  if (is.data.frame(data)) {
    file <- file.path(folder, "data.csv")
    utils::write.csv(data, file, row.names = FALSE, na = "", fileEncoding = "UTF-8")
  }
  out <- file.path(folder, "out.csv")
  proof <- file.path(folder, "proof.json")
  arguments <- c("table", command, "--dataset", file, "--output", out, "--proof", proof)
  for (name in names(options))
    for (value in options[[name]])
      if (nzchar(value)) arguments <- c(arguments, paste0("--", name), as.character(value))
  messages <- suppressWarnings(system2(sekisho_program(), shQuote(arguments), stdout = TRUE, stderr = TRUE))
  status <- attr(messages, "status")
  if (!is.null(status) && status != 0) stop(sekisho_told(messages, folder), call. = FALSE)
  frame <- utils::read.csv(out, check.names = FALSE, encoding = "UTF-8", colClasses = "character")
  attr(frame, "proof") <- paste(readLines(proof, encoding = "UTF-8", warn = FALSE), collapse = "\n")
  attr(frame, "verdict") <- sub(":.*", "", messages[1])
  attr(frame, "messages") <- messages
  frame
}

proof_sheet <- function(x) attr(x, "proof")
verdict <- function(x) attr(x, "verdict")

# As table(): a formula ~ a + b, or value ~ a + b with fun = "sum" or "mean". Totals are there as "Total".
# `merge`: categories that become one, as list(age = c("20-39", "40-59")).
sekisho_table <- function(formula, data, fun = NULL, columns = NULL, weight = "", person = "", hospital = "",
                          where = "", bands = list(), hierarchy = list(), merge = list(), threshold = "", policy = "", memory = "",
                          project = "") {
  given <- inherits(formula, "formula")
  rows <- if (given) sekisho_names(formula[[length(formula)]], "the right side of the formula") else formula
  value <- if (given && length(formula) == 3) sekisho_names(formula[[2]], "the left side of the formula") else ""
  measure <- if (!is.null(fun)) fun else if (nzchar(value)) "sum" else "count"
  frame <- sekisho_call(character(0), data, list(
    rows = paste(setdiff(rows, columns), collapse = ","), columns = paste(columns, collapse = ","), value = value,
    measure = measure, weight = weight, person = person, hospital = hospital, where = where,
    bands = sekisho_named(bands, "bands", function(b) paste(b, collapse = ",")),
    hierarchy = sekisho_named(hierarchy, "hierarchy", identity),
    merge = sekisho_named(merge, "merge", function(m) paste(m, collapse = "|")), threshold = threshold, policy = policy, memory = memory, project = project))
  dimensions <- c(setdiff(rows, columns), columns)
  levels <- lapply(frame[dimensions], unique)
  # The program's order has the last dimension fastest, R's the first.
  values <- array(as.numeric(frame$value), dim = rev(lengths(levels)), dimnames = rev(levels))
  result <- aperm(values, rev(seq_along(levels)))
  class(result) <- c("sekisho_table", "table")
  for (name in c("proof", "verdict", "messages")) attr(result, name) <- attr(frame, name)
  if ("n" %in% names(frame)) attr(result, "n") <- stats::setNames(as.numeric(frame$n), do.call(paste, frame[dimensions]))
  result
}

sekisho_crosstab <- function(rows, columns, data, ...) {
  if (inherits(rows, "formula")) stop("rows and columns are names of columns; a formula goes to sekisho_table()", call. = FALSE)
  sekisho_table(c(rows, columns), data, columns = columns, ...)
}

print.sekisho_table <- function(x, ...) {
  shown <- unclass(x)
  for (name in c("proof", "verdict", "messages", "n")) attr(shown, name) <- NULL
  print(as.table(shown), na.print = "\uff0d", ...)
  cat("[", verdict(x), "]\n", sep = "")
  invisible(x)
}

# As survfit(Surv(time, event) ~ group, data); needs no package.
sekisho_km <- function(formula, data, person = "", where = "", threshold = "", policy = "",
                       memory = "", project = "") {
  left <- if (length(formula) == 3) formula[[2]]
  if (!is.call(left) || !identical(as.character(left[[1]]), "Surv") || length(left) != 3)
    stop("write Surv(time, event) ~ group, or ~ 1: event is 1, or 0 for who is censored", call. = FALSE)
  group <- sekisho_names(formula[[3]], "the group")
  if (length(group) > 1) stop("one column of groups: join several first, with interaction() in the data", call. = FALSE)
  frame <- sekisho_call("km", data, list(
    time = sekisho_names(left[[2]], "the time"), event = sekisho_names(left[[3]], "the event"), group = group,
    person = person, where = where, threshold = threshold, policy = policy, memory = memory, project = project))
  sekisho_numbers(frame, "group")
}

# As lm() or, with family = "logistic", glm(): names joined with +; factor(name) makes a factor.
sekisho_regression <- function(formula, data, family = "linear", person = "", where = "", threshold = "",
                               policy = "", memory = "", project = "") {
  if (is.function(family)) family <- family()
  if (inherits(family, "family")) family <- family$family
  family <- c(gaussian = "linear", binomial = "logistic", linear = "linear", logistic = "logistic")[family]
  if (is.na(family)) stop("family is \"linear\" or \"logistic\"", call. = FALSE)
  outcome <- sekisho_names(formula[[2]], "the outcome")
  if ("." %in% all.vars(formula[[3]])) stop("name the predictors: a dot would take the keys of persons too", call. = FALSE)
  terms <- attr(stats::terms(formula), "term.labels")
  factor <- grepl("^(as\\.)?factor\\(", terms)
  plain <- sub("^(as\\.)?factor\\((.*)\\)$", "\\2", terms)
  if (any(plain != make.names(plain)))
    stop("predictors are names joined with +; factor(name) makes a factor. Compute other terms in the data first: ",
         paste(plain[plain != make.names(plain)], collapse = ", "), call. = FALSE)
  frame <- sekisho_call("regression", data, list(
    outcome = outcome, predictors = paste(plain, collapse = ","),
    factors = paste(plain[factor], collapse = ","), family = family, person = person, where = where,
    threshold = threshold, policy = policy, memory = memory, project = project))
  sekisho_numbers(frame, "term")
}

sekisho_numbers <- function(frame, text) {
  for (name in setdiff(names(frame), text)) frame[[name]] <- as.numeric(frame[[name]])
  class(frame) <- c("sekisho_result", "data.frame")
  frame
}

print.sekisho_result <- function(x, ...) {
  print.data.frame(x, row.names = FALSE, ...)
  cat("[", verdict(x), "]\n", sep = "")
  invisible(x)
}
