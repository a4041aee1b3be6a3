#include "linkage/name_forms.h"

#include <algorithm>
#include <map>
#include <ranges>

namespace sekisho::linkage {
namespace {

// "name: its forms", from common knowledge of name days and registers.
constexpr std::string_view kForms[] = {
    "william: bill will billy liam wm guilielmus gulielmus wilhelm willem guillaume guillermo",
    "robert: bob bobby robbie rob robin robt robertus",
    "richard: dick rick ricky rich richd ricardus ricardo",
    "james: jim jimmy jamie jas jacobus jacob jacques seamus jaime",
    "john: jack johnny jon jno johannes joannes johann johan jan jean giovanni juan ian sean",
    "henry: harry hank hal hy hen henricus heinrich hendrik henri enrique",
    "edward: ted ned eddie ed edwd eduardus eduard edouard",
    "theodore: ted",
    "anthony: tony",
    "margaret: peggy meg maggie margt peg madge daisy margaretha marguerite margarita griet gretel",
    "elizabeth: betty liz beth lizzie eliza libby lisa betsy bess eliz elisabetha isabel lijsbeth",
    "katherine: kate katie kathy",
    "catherine: kate kitty cathy cath kit catharina katharina trijntje",
    "mary: molly polly maria marie maryam mairi maire",
    "ann: nancy annie anna",
    "sarah: sally sadie sarh",
    "charles: chuck charlie chas carolus karl carl carlos karel",
    "francis: frank franciscus franz francois francisco frans",
    "frances: fanny fran francisca",
    "albert: bert",
    "herbert: bert",
    "lawrence: larry laurentius lorenz",
    "laurence: larry",
    "michael: mike mick michl michel miguel",
    "nicholas: nick nichs",
    "alexander: sandy alec sasha alexr",
    "andrew: andy drew andreas andre andries",
    "david: dave davy",
    "stephen: steve stephanus stefan etienne",
    "steven: steve",
    "thomas: tom tommy thos",
    "joseph: joe jos josephus jose giuseppe jozef",
    "josephine: josie",
    "augustus: gus",
    "walter: wally gualterus",
    "eleanor: nell ellie nora",
    "helen: nellie lena helene",
    "jennifer: jenny",
    "rebecca: becky",
    "victoria: vicky",
    "gerald: gerry jerry",
    "kenneth: kenny",
    "deborah: debbie debby",
    "cynthia: cindy",
    "kathleen: kathy kate",
    "patricia: trish tricia patty patsy",
    "martha: patty mattie",
    "virginia: ginny",
    "christina: tina",
    "christine: tina chris",
    "theresa: terry tess",
    "terence: terry",
    "jacqueline: jackie",
    "amanda: mandy",
    "dorothy: dottie dolly dot",
    "constance: connie",
    "harriet: hattie",
    "mildred: millie",
    "wilhelmina: minnie",
    "matilda: tillie",
    "penelope: penny",
    "susan: susie suzy susanna susannah",
    "suzanne: sue",
    "roberta: bobbie",
    "jacob: jake jacobus",
    "patrick: paddy patk",
    "alfred: fred",
    "frederick: fred freddie fredk fridericus friedrich",
    "eugene: gene",
    "geoffrey: jeff",
    "christopher: kit topher",
    "harold: hank",
    "ernest: ernie",
    "louis: lou ludovicus ludwig luis",
    "nathan: nate",
    "nathaniel: nate",
    "oliver: ollie",
    "reginald: reggie",
    "ronald: ronnie",
    "vincent: vince",
    "zachary: zack",
    "mitchell: mitch",
    "emanuel: manny",
    "jose: pepe",
    "francisco: paco pancho",
    "dolores: lola",
    "ignacio: nacho",
    "enrique: quique",
    "alberto: beto",
    "jesus: chuy",
    "guillermo: memo",
    "guadalupe: lupe",
    "johannes: hans jan jens",
    "friedrich: fritz",
    "josef: sepp",
    "heinrich: heinz",
    "ulrich: uli",
    "brigitte: gitta",
    "giuseppe: beppe",
    "luigi: gigi",
    "katarzyna: kasia",
    "mikhail: misha",
    "dmitri: dima",
    "ekaterina: katya",
    "ivan: vanya",
    "samuel: saml",
    "daniel: danl",
    "george: geo georgius georg jorge joris jerzy",
    "benjamin: benj",
    "matthew: matw matthias matthaeus",
    "abraham: abm",
    "isaac: isc",
    "isabella: bella",
    "charlotte: lottie",
    "tabitha: tabby",
    "bridget: bridie biddy delia",
    "ellen: nellie nelly helena helen eleanor",
    "magdalena: lena",
    "margaretha: greta griet",
    "johanna: hannah",
    "barbara: barb bobbie",
    "teresa: tess",
    "winifred: winnie",
    "florence: flo florrie",
    "peter: petrus pieter piet pierre pedro",
    "paul: paulus pablo pavel",
    "anna: antje annetje",
    "elisabeth: lijsbeth else betje",
    "catharina: trijntje kaatje",
    "jane: johanna joanna joan jeanne juana jennet janet jennie",
    "joan: johanna",
    "alice: alicia",
    "nancy: agnes",
    "esther: hester",
    "bartholomew: bartholomaeus",
};

using Wholes = std::multimap<std::string_view, std::string_view>;  // form -> name

Wholes read_forms() {
  Wholes out;
  for (const std::string_view line : kForms) {
    const std::size_t colon = line.find(':');
    std::string_view rest = line.substr(colon + 2);
    while (!rest.empty()) {
      const std::size_t blank = rest.find(' ');
      out.emplace(rest.substr(0, blank), line.substr(0, colon));
      rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
    }
  }
  return out;
}

}  // namespace

bool short_form(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.starts_with(a) && (a.size() == 1 || a.size() >= 3)) return true;
  static const Wholes long_names = read_forms();
  const auto wholes_of = [](std::string_view name) {
    return std::ranges::subrange(long_names.lower_bound(name), long_names.upper_bound(name));
  };
  const auto of_a = wholes_of(a), of_b = wholes_of(b);
  const auto is = [](const auto& wholes, std::string_view name) {
    return std::ranges::any_of(wholes, [&](const auto& one) {
      return one.second == name || (name.size() >= 3 && one.second.starts_with(name));
    });
  };
  return is(of_a, b) || is(of_b, a) || std::ranges::any_of(of_a, [&](const auto& one) { return is(of_b, one.second); });
}

}  // namespace sekisho::linkage
