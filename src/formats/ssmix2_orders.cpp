// Orders, administrations and examinations of SS-MIX2 messages. (reference: ssmix2 sections 6 to 8)
#include <algorithm>

#include "formats/ssmix2_words.h"

namespace sekisho::formats {

void Ssmix2Mapper::Order::clear() {
  orc = obr = rxe = rxr = spm = ipc = nullptr;
  tq1.clear();
  rxc.clear();
  number = group = dept = specimen = panel = {};
  cancelled = false;
  results = 0;
}

namespace {

bool is_cancelling(std::string_view control) {
  return control == "CA" || control == "DC" || control == "OC" || control == "OD" || control == "CR";
}

// The part of a group number (order_RP_sequence) after the order number.
std::string_view group_of(std::string_view group, std::string_view order) {
  if (!order.empty() && group.size() > order.size() && group.starts_with(order) && group[order.size()] == '_')
    return group.substr(order.size() + 1);
  return group;
}

// JHSP0003: 21 internal, 22 as needed, 23 external, 3x injection.
std::string_view kind_of_indication(std::string_view code) {
  if (code.starts_with("21")) return "oral";
  if (code.starts_with("22")) return "as_needed";
  if (code.starts_with("23")) return "external";
  return code.starts_with("3") ? "injection" : "";
}

std::string_view kind_of_route(std::string_view route) {
  static constexpr std::string_view kOral[] = {"PO", "SL"};
  static constexpr std::string_view kInjected[] = {"IV", "IM", "SC", "ID", "IA", "IT", "IP", "EP", "IVP", "IVS"};
  static constexpr std::string_view kExternal[] = {"PR", "AP", "TP", "TD", "OP", "OT",
                                                   "NS", "VG", "UR", "MM", "IH", "GU"};
  const auto has = [route](const auto& list) { return std::ranges::find(list, route) != std::end(list); };
  return has(kOral) ? "oral" : has(kInjected) ? "injection" : has(kExternal) ? "external" : "";
}

// Days of a service duration (TQ1-6): 5^d, 3^D&日&ISO+.
std::optional<std::int64_t> days_of(std::string_view duration) {
  const std::string_view unit = subcomponent(component(duration, 2));
  if (unit != "d" && unit != "D" && unit != "日" && !unit.empty()) return std::nullopt;
  const auto days = hl7::number(given(component(duration)));
  if (!days || *days < 0 || *days > 10'000) return std::nullopt;
  return static_cast<std::int64_t>(*days);
}

}  // namespace

void Ssmix2Mapper::open(Order& order, const Segment& orc) {
  order.orc = &orc;
  order.number = given(component(orc.field(2)));
  order.group = group_of(given(component(orc.field(4))), order.number);
  order.dept = given(component(orc.field(17)));
  order.cancelled = is_cancelling(given(component(orc.field(1))));
}

Batch& Ssmix2Mapper::add_ordered(Table table, std::string_view act, const Order& order) {
  const std::string_view usual_state = state_, usual_dept = dept_;
  if (order.cancelled && state_ == "active") state_ = "cancelled";
  if (dept_.empty()) dept_ = order.dept;
  Batch& row = add(table, act);
  state_ = usual_state;
  dept_ = usual_dept;
  return row;
}

void Ssmix2Mapper::gather(Order& order, std::size_t from, std::size_t to) {
  order.clear();
  bool in_administration = false;
  for (std::size_t i = from; i < to; ++i) {
    const Segment& s = (*m_->segments)[i];
    if (!usable(i)) continue;
    switch (s.tag) {
      case tag("ORC"):
        open(order, s);
        break;
      case tag("OBR"):
        order.obr = &s;
        break;
      case tag("RXE"):
        order.rxe = &s;
        break;
      case tag("RXA"):
        in_administration = true;
        break;
      case tag("RXR"):
        if (!in_administration) order.rxr = &s;
        break;
      case tag("TQ1"):
        order.tq1.push_back(&s);
        break;
      case tag("RXC"):
        order.rxc.push_back(&s);
        break;
      case tag("IPC"):
        order.ipc = &s;
        break;
      default:
        break;
    }
  }
}

void Ssmix2Mapper::map_orders() {
  const auto& segments = *m_->segments;
  const Segment* specimen = nullptr;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i].tag == tag("SPM")) specimen = &segments[i];
    if (segments[i].tag != tag("ORC") || !usable(i)) continue;
    const std::size_t end = group_end(i, tag("ORC"));
    gather(order_, i, end);
    order_.spm = specimen;
    if (m_->code == "RDE") {
      map_prescription(order_);
    } else if (m_->code == "RAS") {
      map_administration(order_, i, end);
    } else if (m_->code == "OML") {
      map_lab(order_);
    } else if (m_->code == "OMD") {
      map_meals(order_, i, end);
    } else {
      map_exam(order_, i, end);
    }
    // The next specimen of a laboratory order stands before its ORC.
    for (std::size_t k = i; k < end; ++k)
      if (segments[k].tag == tag("SPM")) specimen = &segments[k];
  }
  // What is observed beside an order: height and weight, state of the specimen.
  if (m_->code == "RDE" || m_->code == "OML" || m_->code == "OMD")
    for (std::size_t i = 0; i < segments.size(); ++i)
      if (segments[i].tag == tag("OBX") && usable(i)) map_observation(i, segments.size(), care_date_, "order");
}

// --- drugs ---

// t, t_end, days, times, usage: from the timing segments, with the transaction time as the last resort.
void Ssmix2Mapper::put_timing(Batch& row, const Order& order) {
  namespace d = records::drug;
  ClinicalTime start, end;
  std::optional<std::int64_t> days;
  for (const Segment* tq1 : order.tq1) {
    if (!start.present()) start = hl7_time(tq1->field(7));
    if (!end.present()) end = hl7_time(tq1->field(8));
    if (!days) days = tq1->field(6).empty() ? std::nullopt : days_of(tq1->field(6));
    if (const auto times = hl7::integer(given(tq1->field(14)))) row.integer(d::kTimes, *times);
    const std::string_view pattern = component(tq1->field(3));
    const hl7::Coded usage = hl7::coded(pattern, '&');
    const hl7::Triple& triple = usage.first.code.empty() ? usage.second : usage.first;
    if (!triple.code.empty()) {
      row.text(d::kUsage, triple.code);
      row.text(d::kUsageSys, triple.system);
    }
  }
  if (!start.present() && order.orc != nullptr) start = hl7_time(order.orc->field(15));
  if (!start.present() && order.orc != nullptr) start = hl7_time(order.orc->field(9));
  if (!start.present()) start = care_date_;
  if (days && !end.present() && start.present() && *days > 0) {
    end = ClinicalTime::of(Date{start.date().days + static_cast<std::int32_t>(*days) - 1});
    end.flags |= time_flag::kDerived;
  }
  set_.when(row, start, end);
  if (days) row.integer(d::kDays, *days);
}

// What is said in words about the use of a drug.
std::int64_t Ssmix2Mapper::keep_drug_texts(const Order& order) {
  std::int64_t first = 0;
  const auto note = [&](std::int64_t number) { first = first == 0 ? number : first; };
  for (const Segment* tq1 : order.tq1) {
    const hl7::Coded usage = hl7::coded(component(tq1->field(3)), '&');
    if (usage.first.code.empty() || standard_system(usage.first.system, usage.first.code).empty()) {
      kind_.assign("name:").append(usage.first.system);
      note(keep_text(kind_, usage.first.text));
    }
    note(keep_text("text:TQ1-11", tq1->field(11)));
  }
  if (order.rxe == nullptr) return first;
  for (const auto& [field, kind] : {std::pair{7, "text:RXE-7"}, std::pair{21, "text:RXE-21"}})
    note(keep_text(kind, order.rxe->field(field)));
  return first;
}

// `s` is the RXE itself or an RXC beneath it.
void Ssmix2Mapper::map_drug(const Order& order, const Segment& s, const ResolvedCode& code, std::int64_t text) {
  namespace d = records::drug;
  const bool component_row = s.tag == tag("RXC");
  const Segment& rxe = *order.rxe;
  Batch& row = add_ordered(Table::kDrug, "order", order);
  put_timing(row, order);
  put_code(row, code, text);
  const std::string_view route = order.rxr == nullptr ? std::string_view{} : given(component(order.rxr->field(1)));
  std::string_view kind = kind_of_indication(component(rxe.field(27)));
  const bool injection = m_->path->name_type == "OMP-02" || component_row;
  if (kind.empty()) kind = injection ? "injection" : kind_of_route(route);
  row.text(d::kKind, kind);
  row.text(d::kRp, order.group.empty() ? given(rxe.field(15)) : order.group);
  row.text(d::kRoute, route);
  row.text(d::kOrderNo, order.number);
  row.text(d::kRate, given(rxe.field(23)));
  row.text(d::kRateUnit, given(component(rxe.field(24))));
  if (component_row) {
    const std::string_view type = given(s.field(1));
    row.text(d::kComponent, type == "B" ? "base" : type == "A" ? "additive" : "");
    set_real(row, d::kDose, s.field(3));
    row.text(d::kDoseUnit, given(component(s.field(4))));
    return;
  }
  set_real(row, d::kDose, rxe.field(3));
  row.text(d::kDoseUnit, given(component(rxe.field(5))));
  set_real(row, d::kPerDay, component(rxe.field(19)));
  set_real(row, d::kTotal, rxe.field(10));
  row.text(d::kTotalUnit, given(component(rxe.field(11))));
}

namespace {

// A supplementary code (YJ and others) takes the free place of the pair. False: both places were taken.
bool add_supplement(ResolvedCode& code, std::string_view field) {
  bool all = true;
  for (int i = 1; i <= hl7::count_pieces(field, '~'); ++i) {
    const hl7::Coded more = hl7::coded(repetition(field, i));
    const std::string_view system = standard_system(more.first.system, more.first.code);
    if (more.first.code.empty()) continue;
    if (code.standard.code.empty() && !system.empty()) {
      code.standard = more.first;
      code.system = system;
    } else if (code.local.empty()) {
      code.local = more.first;
      code.local.text = {};
    } else {
      all = false;
    }
  }
  return all;
}

// A receipt code sent under a drug label keeps that label in the local place.
void keep_label(ResolvedCode& code) {
  if (code.system == "REC" && code.local.empty()) code.local = {code.standard.code, {}, code.standard.system, {}};
}

}  // namespace

void Ssmix2Mapper::map_prescription(const Order& order) {
  if (order.rxe == nullptr) return;
  const Segment& rxe = *order.rxe;
  const bool class_only = component(rxe.field(2), 3) == "99I02" || component(rxe.field(2), 3) == "JHSI0002";
  const bool injection = m_->path->name_type == "OMP-02" || !order.rxc.empty() || class_only;

  auto per_day = hl7::number(given(component(rxe.field(19))));
  const auto total = hl7::number(given(rxe.field(10)));
  // A dose in milligrams and a total in tablets are no contradiction.
  const std::string_view day_unit = given(subcomponent(component(rxe.field(19), 2)));
  const std::string_view total_unit = given(component(rxe.field(11)));
  if (!day_unit.empty() && !total_unit.empty() && day_unit != total_unit) per_day.reset();
  for (const Segment* tq1 : order.tq1)
    if (const auto days = days_of(tq1->field(6)); days && per_day && total && !tq1->field(6).empty())
      if (std::abs(*per_day * static_cast<double>(*days) - *total) > 1e-6 * (1 + *total))
        finding("DOSE_INCONSISTENT", Level::kWarning, rxe, "RXE-10");
  if (!injection && std::ranges::none_of(order.tq1, [](const Segment* s) {
        return component(s->field(3)).find("JAMISDP") != std::string_view::npos;
      }))
    finding("USAGE_UNCODED", Level::kInfo, rxe, "TQ1-3");

  const std::int64_t texts = keep_drug_texts(order);
  if (!class_only || order.rxc.empty()) {
    ResolvedCode code = resolve(hl7::coded(rxe.field(2)));
    if (!add_supplement(code, rxe.field(31))) keep_text("field:RXE-31", rxe.field(31));
    keep_label(code);
    const std::int64_t name = keep_name(code);
    map_drug(order, rxe, code, name == 0 ? texts : name);
  }
  for (const Segment* rxc : order.rxc) {
    ResolvedCode code = resolve(hl7::coded(rxc->field(2)));
    if (!add_supplement(code, rxc->field(7))) keep_text("field:RXC-7", rxc->field(7));
    keep_label(code);
    const std::int64_t name = keep_name(code);
    map_drug(order, *rxc, code, name == 0 ? texts : name);
  }
}

// Several RXA in front of one RXR share its route.
void Ssmix2Mapper::map_administration(const Order& order, std::size_t from, std::size_t to) {
  namespace d = records::drug;
  const auto& segments = *m_->segments;
  const bool injection = m_->path->name_type == "OMP-12";
  for (std::size_t i = from; i < to; ++i) {
    const Segment& s = segments[i];
    if (s.tag == tag("OBX") && usable(i)) map_observation(i, to, care_date_, "perform");
    if (s.tag != tag("RXA") || !usable(i)) continue;
    std::size_t k = i + 1;
    while (k < to && segments[k].tag != tag("RXR"))
      ++k;
    const Segment* rxr = k < to && usable(k) ? &segments[k] : order.rxr;
    ResolvedCode code = resolve(hl7::coded(s.field(5)));
    keep_label(code);
    std::int64_t text = keep_name(code);
    for (const auto& [field, kind] : {std::pair{9, "text:RXA-9"}, std::pair{18, "text:RXA-18"}})
      if (const std::int64_t more = keep_text(kind, s.field(field)); text == 0) text = more;
    const std::string_view status = given(s.field(20));
    const std::string_view usual_state = state_;
    if ((status == "RE" || status == "NA") && state_ == "active") state_ = "cancelled";
    Batch& row = add_ordered(Table::kDrug, "perform", order);
    state_ = usual_state;
    const ClinicalTime start = hl7_time(s.field(3));
    set_.when(row, start.present() ? start : care_date_, hl7_time(s.field(4)));
    put_code(row, code, text);
    const std::string_view route = rxr == nullptr ? std::string_view{} : given(component(rxr->field(1)));
    const std::string_view kind = kind_of_route(route);
    row.text(d::kKind, injection ? "injection" : kind);
    row.text(d::kRp, order.group);
    set_real(row, d::kDose, s.field(6));
    row.text(d::kDoseUnit, given(component(s.field(7))));
    row.text(d::kRoute, route);
    row.text(d::kRate, given(s.field(12)));
    row.text(d::kLot, given(component(s.field(15))));
    row.text(d::kOrderNo, order.number);
  }
}

// --- laboratory orders, meals, examinations ---

void Ssmix2Mapper::map_lab(const Order& order) {
  if (order.obr == nullptr) return;
  namespace l = records::lab;
  const ResolvedCode code = resolve(hl7::coded(order.obr->field(4)));
  const std::int64_t text = keep_name(code);
  Batch& row = add_ordered(Table::kLab, "order", order);
  ClinicalTime start = hl7_time(order.obr->field(36));
  if (!start.present()) start = hl7_time(order.obr->field(7));
  for (const Segment* tq1 : order.tq1)
    if (!start.present()) start = hl7_time(tq1->field(7));
  if (!start.present()) start = hl7_time(order.orc->field(9));
  set_.when(row, start.present() ? start : care_date_);
  put_code(row, code, text);
  if (order.spm != nullptr) {
    const ResolvedCode specimen = resolve(hl7::coded(order.spm->field(4)));
    row.text(l::kSpecimen, specimen.standard.code.empty() ? specimen.local.code : specimen.standard.code);
    row.time(l::kCollected, hl7_time(order.spm->field(17)));
  }
  row.text(l::kStatus, given(component(order.obr->field(25))));
  row.text(l::kOrderNo, order.number);
}

void Ssmix2Mapper::map_meals(const Order& order, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    const Segment& s = (*m_->segments)[i];
    if ((s.tag != tag("ODS") && s.tag != tag("ODT")) || !usable(i)) continue;
    const ResolvedCode code = resolve(hl7::coded(s.field(s.tag == tag("ODS") ? 3 : 1)));
    std::int64_t text = keep_name(code);
    if (const std::int64_t more = keep_text("text:ODS-4", s.field(s.tag == tag("ODS") ? 4 : 3)); text == 0) text = more;
    Batch& row = add_ordered(Table::kProcedure, "order", order);
    ClinicalTime start, end;
    for (const Segment* tq1 : order.tq1) {
      if (!start.present()) start = hl7_time(tq1->field(7));
      if (!end.present()) end = hl7_time(tq1->field(8));
    }
    set_.when(row, start.present() ? start : care_date_, end);
    put_code(row, code, text);
    row.text(records::procedure::kKind, "other");
    row.text(records::procedure::kOrderNo, order.number);
  }
}

void Ssmix2Mapper::map_exam(const Order& order, std::size_t from, std::size_t to) {
  namespace e = records::exam;
  const auto& segments = *m_->segments;
  const bool ordered = m_->code == "OMG";
  const auto add_exam = [&](const Segment& source, int code_field) {
    const ResolvedCode code = resolve(hl7::coded(source.field(code_field)));
    std::int64_t text = keep_name(code);
    if (order.obr != nullptr)
      if (const std::int64_t more = keep_text("text:OBR-13", order.obr->field(13)); text == 0) text = more;
    if (order.ipc != nullptr) keep_text("field:IPC-3", order.ipc->field(3));
    Batch& row = add_ordered(Table::kExam, ordered ? "order" : "perform", order);
    ClinicalTime start, end;
    if (order.obr != nullptr) {
      start = hl7_time(order.obr->field(7));
      end = hl7_time(order.obr->field(8));
      if (!start.present()) start = hl7_time(order.obr->field(36));
    }
    set_.when(row, start.present() ? start : care_date_, end);
    put_code(row, code, text);
    const std::string_view modality = order.ipc == nullptr ? "" : given(component(order.ipc->field(5)));
    row.text(e::kModality, !modality.empty()         ? modality
                           : code.system == "JJ1017" ? code.standard.code.substr(0, 1)
                                                     : std::string_view{});
    row.text(e::kOrderNo, order.number);
  };
  bool performed = false;
  for (std::size_t i = from; i < to; ++i)
    if (segments[i].tag == tag("ZE1") && usable(i)) {
      performed = true;
      add_exam(segments[i], 3);
      keep_text("field:ZE1-9", segments[i].field(9));
    }
  if (!performed && order.obr != nullptr) add_exam(*order.obr, 4);
  for (std::size_t i = from; i < to; ++i)
    if (segments[i].tag == tag("OBX") && usable(i)) map_observation(i, to, care_date_, ordered ? "order" : "perform");
}

}  // namespace sekisho::formats
