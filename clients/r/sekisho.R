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

# Runs the program; returns the CSV as a data frame with the proof sheet as attributes.
sekisho_call <- function(command, data, options) {
  folder <- tempfile("sekisho-")
  dir.create(folder, mode = "0700")
  on.exit(unlink(folder, recursive = TRUE))
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
  if (!is.null(status) && status != 0) stop(paste(messages, collapse = "\n"), call. = FALSE)
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
  rows <- if (inherits(formula, "formula")) all.vars(formula[[length(formula)]]) else formula
  value <- if (inherits(formula, "formula") && length(formula) == 3) all.vars(formula[[2]]) else ""
  measure <- if (!is.null(fun)) fun else if (nzchar(value)) "sum" else "count"
  named <- function(list, join) vapply(names(list), function(n) paste0(n, "=", join(list[[n]])), "")
  frame <- sekisho_call(character(0), data, list(
    rows = paste(setdiff(rows, columns), collapse = ","), columns = paste(columns, collapse = ","), value = value,
    measure = measure, weight = weight, person = person, hospital = hospital, where = where,
    bands = named(bands, function(b) paste(b, collapse = ",")), hierarchy = named(hierarchy, identity),
    merge = named(merge, function(m) paste(m, collapse = "|")), threshold = threshold, policy = policy, memory = memory, project = project))
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
  left <- formula[[2]]
  if (!identical(as.character(left[[1]]), "Surv")) stop("write Surv(time, event) ~ group, or ~ 1")
  frame <- sekisho_call("km", data, list(
    time = all.vars(left)[1], event = all.vars(left)[2], group = paste(all.vars(formula[[3]]), collapse = ","),
    person = person, where = where, threshold = threshold, policy = policy, memory = memory, project = project))
  sekisho_numbers(frame, "group")
}

# As lm() or, with family = "logistic", glm(): names joined with +; factor(name) makes a factor.
sekisho_regression <- function(formula, data, family = "linear", person = "", where = "", threshold = "",
                               policy = "", memory = "", project = "") {
  terms <- attr(stats::terms(formula), "term.labels")
  factor <- grepl("^(as\\.)?factor\\(", terms)
  plain <- sub("^(as\\.)?factor\\((.*)\\)$", "\\2", terms)
  if (any(plain != make.names(plain))) stop("predictors are names joined with +")
  frame <- sekisho_call("regression", data, list(
    outcome = all.vars(formula[[2]]), predictors = paste(plain, collapse = ","),
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
