// Kanji variants that version c2 of the canonicaliser adds to those of c1 (identity/variants.h): each entry is a
// representative followed by the characters folded into it. Sources: old forms (いわゆる康熙字典体) in the table of
// jōyō kanji (2010), printed and simplified forms of 表外漢字字体表 (2000), second table of kanji for names
// (人名用漢字別表第二), handwritten forms frequent in family registers (槗 曻 㐂 羙 ...). Pairs that are different
// surnames or names although related (阪/坂, 薗/園, 畠/畑, 苅/刈, 洲/州, 栖/棲, 脩/修, 慧/恵) stay apart. Frozen with
// version c2.
#pragma once

#include <string_view>

namespace sekisho::identity {

// clang-format off
inline constexpr std::u32string_view kVariantsAddedInC2[] = {
    U"橋槗", U"崎㟢", U"島隝嶹", U"柳桺", U"鶴靍鸖", U"渕渊", U"昇曻", U"美羙", U"喜㐂", U"留畱㽞", U"秋龝", U"松柗枀",
    U"渋澀", U"斉亝", U"晧皓", U"穣穰", U"倉仺", U"岳嶽", U"弁辨瓣辯", U"壷壺", U"蝋蠟", U"醤醬", U"掻搔", U"填塡",
    U"剥剝", U"叱𠮟", U"箪簞", U"繋繫", U"莱萊", U"蝉蟬", U"噛嚙", U"嘘噓", U"涜瀆", U"焔焰", U"痩瘦", U"繍繡",
    U"躯軀", U"麹麴", U"屏屛", U"并幷", U"頚頸", U"顛顚", U"騨驒", U"兎兔", U"函凾", U"勅敕", U"唖啞", U"婿壻",
    U"姉姊", U"寧寗甯", U"庵菴", U"厩廐廏", U"戸戶", U"掲揭", U"渇渴", U"既旣", U"昂昻", U"曳曵", U"朗朖", U"歩步",
    U"殻殼", U"殴毆", U"毘毗", U"没沒", U"況况", U"涼凉", U"爾尓", U"猫貓", U"珍珎", U"瓶甁", U"皐皋", U"鉱砿礦",
    U"禄祿", U"窓窗", U"竪豎", U"糾糺", U"絶絕", U"線綫", U"舗舖", U"芦蘆", U"虎乕", U"裏裡", U"讃讚", U"賎賤",
    U"鎌鐮", U"黄黃", U"亘亙", U"刃刄", U"卯夘", U"即卽", U"却卻", U"厨廚", U"回囘", U"奈柰", U"尚尙", U"強强",
    U"教敎", U"煙烟", U"状狀", U"穎頴", U"梨棃", U"靭靱", U"呪咒", U"倶俱", U"剣劒劎", U"勲勛", U"嶺岺",
    U"杯盃", U"猪豬", U"唇脣", U"砲礮", U"鍋鐹", U"妊姙",
};
// clang-format on

}  // namespace sekisho::identity
