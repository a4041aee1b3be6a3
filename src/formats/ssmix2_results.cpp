// Results of the laboratory and observations in SS-MIX2 messages. (reference: ssmix2 sections 8.2 and 8.3)
#include <algorithm>

#include "formats/ssmix2_words.h"

namespace sekisho::formats {

namespace {

bool is_coded(std::string_view type) {
  return hl7::is(type, "CWE") || hl7::is(type, "CE") || hl7::is(type, "CNE");
}

std::string_view code_of(std::string_view field) {
  const ResolvedCode code = resolve(hl7::coded(field));
  return code.standard.code.empty() ? code.local.code : code.standard.code;
}

}  // namespace

void Ssmix2Mapper::map_results() {
  const auto& segments = *m_->segments;
  const bool lab = hl7::is(m_->code, "OUL");
  Order& order = order_;
  order.clear();
  const auto finish_order = [&] {
    if (order.obr != nullptr && order.results == 0) map_pending(order);
    order.obr = nullptr;
    order.results = 0;
  };
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& s = segments[i];
    if (!usable(i)) continue;
    switch (s.tag) {
      case tag("SPM"):
        if (lab) {
          finish_order();
          order.clear();
        }
        order.spm = &s;
        order.specimen = code_of(s.field(4));
        break;
      case tag("OBR"): {
        finish_order();
        const Segment* specimen = order.spm;
        const std::string_view specimen_code = order.specimen;
        const Segment* before = lab ? nullptr : order.orc;
        order.clear();
        order.spm = specimen;
        if (before != nullptr) open(order, *before);
        order.obr = &s;
        order.specimen = specimen_code;
        order.panel = code_of(s.field(4));
        if (order.number.empty()) order.number = given(component(s.field(2)));
        break;
      }
      case tag("ORC"):
        if (!lab) finish_order();
        open(order, s);
        break;
      case tag("OBX"):
        ++order.results;
        if (lab)
          map_result(i, segments.size(), order);
        else if (order.obr != nullptr || !m_->path->data_type.empty())
          map_observation(i, segments.size(), hl7_time(order.obr == nullptr ? std::string_view{} : order.obr->field(7)),
                          "result");
        break;
      default:
        break;
    }
  }
  finish_order();
  if (lab) return;
  for (std::size_t i = 0; i < segments.size(); ++i)  // the examination that the findings belong to
    if (segments[i].tag == tag("OBR") && usable(i) && m_->trigger != "R30") {
      gather(order_, i, group_end(i, tag("OBR")));
      if (order_.number.empty()) order_.number = given(component(segments[i].field(2)));
      namespace e = records::exam;
      const ResolvedCode code = resolve(hl7::coded(segments[i].field(4)));
      const std::int64_t text = keep_name(code);
      Batch& row = add_ordered(Table::kExam, "result", order_);
      const ClinicalTime start = hl7_time(segments[i].field(7));
      set_.when(row, start.present() ? start : care_date_, hl7_time(segments[i].field(8)));
      put_code(row, code, text);
      row.text(e::kOrderNo, order_.number);
    }
}

// An OBR without a result: pending.
void Ssmix2Mapper::map_pending(const Order& order) {
  finding("ORDER_WITHOUT_RESULT", Level::kInfo, *order.obr, "OBR");
  if (!hl7::is(m_->code, "OUL")) return;
  namespace l = records::lab;
  const ResolvedCode code = resolve(hl7::coded(order.obr->field(4)));
  const std::int64_t text = keep_name(code);
  Batch& row = add_ordered(Table::kLab, "order", order);
  const ClinicalTime start = hl7_time(order.obr->field(7));
  set_.when(row, start.present() ? start : care_date_);
  put_code(row, code, text);
  row.text(l::kStatus, given(component(order.obr->field(25))));
  row.text(l::kOrderNo, order.number);
}

void Ssmix2Mapper::check_value(const Segment& obx, std::string_view type, std::string_view text) {
  if (text.empty()) return;
  const bool number = hl7::is(type, "NM");
  if (number && !value_.plain_number) {
    if (value_.exponent)
      finding("NM_EXPONENT", Level::kWarning, obx, "OBX-5");
    else
      finding("NM_NOT_NUMERIC", Level::kError, obx, "OBX-5");
  }
  if (value_.combined) finding("RESULT_COMBINED", Level::kWarning, obx, "OBX-5");
  if (!number && value_.recognised && !value_.plain_number) finding("RESULT_QUALIFIER", Level::kInfo, obx, "OBX-5");
}

// The words of a coded value where no master knows its code.
std::int64_t Ssmix2Mapper::keep_value_text(std::string_view field) {
  const std::string_view system = component(field, 3);
  const bool local = given(component(field)).empty() || system.empty() || system.starts_with("99") || system[0] == 'L';
  return local ? keep_text("text:OBX-5", component(field, 2)) : 0;
}

void Ssmix2Mapper::map_result(std::size_t i, std::size_t end, const Order& order) {
  namespace l = records::lab;
  const Segment& obx = (*m_->segments)[i];
  const std::string_view type = obx.field(2), field = obx.field(5);
  const ResolvedCode code = resolve(hl7::coded(obx.field(3)));
  const bool coded = is_coded(type);
  const std::string_view value = given(coded ? component(field) : repetition(field));
  parse_result(value, value_);
  if (coded && !value_.recognised) parse_result(given(component(field, 2)), value_);
  check_value(obx, type, coded ? std::string_view{} : value);

  // Free text and what is named only in words go to the vault.
  std::int64_t text = 0;
  if (coded)
    text = keep_value_text(field);
  else if (!value_.recognised)
    text = keep_text("text:OBX-5", field == repetition(field) ? value : field);
  if (const std::int64_t name = keep_name(code); text == 0) text = name;
  if (const std::int64_t notes = keep_notes(i, end); text == 0) text = notes;

  const std::string_view status = given(obx.field(11)), usual_state = state_;
  if ((hl7::is(status, "D") || hl7::is(status, "W")) && state_ == "active")
    state_ = hl7::is(status, "D") ? "cancelled" : "error";
  Batch& row = add_ordered(Table::kLab, "result", order);
  state_ = usual_state;
  ClinicalTime collected, reported;
  if (order.spm != nullptr) collected = hl7_time(order.spm->field(17));
  if (!collected.present()) collected = hl7_time(obx.field(14));
  if (order.obr != nullptr) {
    if (!collected.present()) collected = hl7_time(order.obr->field(7));
    reported = hl7_time(order.obr->field(22));
  }
  set_.when(row, collected.present() ? collected : care_date_);
  put_code(row, code, text);
  row.text(l::kSpecimen, order.specimen);
  row.text(l::kPanel, order.panel);
  std::string_view parent = given(obx.field(4));
  if (order.obr != nullptr) {
    if (const std::string_view of = given(order.obr->field(26)); !of.empty()) {
      // PRL: code&text&system ^ sub id ^ text; only what identifies the parent row is kept here.
      scratch_.assign(subcomponent(component(of))).append("^").append(component(of, 2));
      parent = scratch_;
    }
  }
  row.text(l::kParent, parent);
  if (value_.recognised || coded) row.text(l::kRaw, value);
  row.text(l::kComparator, value_.comparator);
  if (value_.number) row.real(l::kNumber, *value_.number);
  if (value_.number_high) row.real(l::kNumberHigh, *value_.number_high);
  row.text(l::kQualitative, value_.qualitative);
  const std::string_view unit = given(component(obx.field(6)));
  if (!unit.empty()) {
    row.text(l::kUnit, unit);
    row.text(l::kUcum, units_.get(unit, ucum_of));
  }
  if (const std::string_view reference = given(obx.field(7)); !reference.empty()) {
    const ReferenceInterval interval = references_.get(reference, parse_reference);
    if (interval.low) row.real(l::kRefLow, *interval.low);
    if (interval.high) row.real(l::kRefHigh, *interval.high);
    row.text(l::kRefRaw, clean(reference));
  }
  row.text(l::kFlag, given(repetition(obx.field(8))));
  row.text(l::kStatus, status);
  row.time(l::kCollected, collected);
  row.time(l::kReported, reported);
  row.text(l::kOrderNo, order.number);
}

void Ssmix2Mapper::map_observation(std::size_t i, std::size_t end, const ClinicalTime& fallback, std::string_view act) {
  namespace o = records::observation;
  const Segment& obx = (*m_->segments)[i];
  const std::string_view type = obx.field(2), field = obx.field(5);
  const ResolvedCode code = resolve(hl7::coded(obx.field(3)));
  const bool coded = is_coded(type) || hl7::is(type, "ZRD");
  const bool words =
      hl7::is(type, "TX") || hl7::is(type, "FT") || hl7::is(type, "XCN") || hl7::is(type, "ED") || hl7::is(type, "RP");
  const std::string_view value = given(coded ? component(field) : repetition(field));
  parse_result(words ? std::string_view{} : value, value_);
  check_value(obx, type, coded || words ? std::string_view{} : value);
  std::int64_t text = 0;
  if (coded)
    text = keep_value_text(field);
  else if (!value_.recognised)
    text = keep_text("text:OBX-5", field);
  if (const std::int64_t name = keep_name(code); text == 0) text = name;
  if (const std::int64_t notes = keep_notes(i, end); text == 0) text = notes;

  Batch& row = add(Table::kObservation, act);
  ClinicalTime at = hl7_time(obx.field(14));
  if (!at.present()) at = fallback;
  set_.when(row, at.present() ? at : care_date_.present() ? care_date_ : occurred_);
  put_code(row, code, text);
  if (coded) {
    row.text(o::kCode, value);
    row.text(o::kCodeSys, given(component(field, 3)));
    if (type == "ZRD") {  // code^text^system^quantity^unit: material used
      set_real(row, o::kNumber, component(field, 4));
      row.text(o::kUnit, given(subcomponent(component(field, 5))));
    }
  } else if (value_.recognised) {
    if (value_.number) row.real(o::kNumber, *value_.number);
    row.text(o::kRaw, value);
  }
  const std::string_view unit = given(component(obx.field(6)));
  if (unit.empty()) return;
  row.text(o::kUnit, unit);
  row.text(o::kUcum, units_.get(unit, ucum_of));
}

}  // namespace sekisho::formats
