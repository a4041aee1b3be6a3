"""Made hospitals of another hand (style B of bench_codes.py): every code is noised on its own, not by the habits of its
hospital; names are reordered, abbreviated, romanised, numbered, prefixed with departments, packed with sizes; values
come as mean and standard deviation; some codes carry claims and a name of no use; some have no standard code at all.
"""
import csv, random, re, unicodedata

KANA = dict(zip('アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴ',
                'a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo ra ri ru re ro wa wo n '
                'ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo pa pi pu pe po vu'.split()))
SMALL = {'ァ': 'a', 'ィ': 'i', 'ゥ': 'u', 'ェ': 'e', 'ォ': 'o', 'ャ': 'ya', 'ュ': 'yu', 'ョ': 'yo'}


def romaji(text):
    out, double = '', False
    for c in text:
        if c == 'ッ':
            double = True
            continue
        if c in SMALL:
            out = (out[:-1] if out and out[-1] in 'aiueo' else out) + SMALL[c]
            continue
        r = '' if c == 'ー' else KANA.get(c, c)
        out += (r[0] if double and r else '') + r
        double = False
    return out


def nfkc(text):
    return unicodedata.normalize('NFKC', text)


def parts(name):
    """(stem, strength, form, maker) of a published product name, as a pharmacist reads it; None where it has another shape."""
    n = nfkc(name)
    maker = ''
    m = re.search(r'「(.*?)」', n)
    if m: maker, n = m.group(1), n.replace(m.group(0), '')
    m = re.match(r'^(.+?)(OD錠|口腔内崩壊錠|錠|カプセル|細粒|顆粒|ドライシロップ|シロップ|注射液|点滴静注用|点滴静注|静注用|静注|注射用|皮下注|注|点眼液|軟膏|クリーム|テープ|パップ|坐剤|散|内用液)'
                 r'([0-9][0-9.]*(?:mg|g|μg|mL|%|万単位|単位|mEq)?)(.*)$', n)
    return (m.group(1), m.group(3), m.group(2), maker, m.group(4)) if m else None


FORM_WORDS = {'錠': ['錠', 'T', 'tab', 'Tab.', '錠剤', 'じょう'], 'OD錠': ['OD錠', 'OD', 'D錠', '口腔内崩壊錠', 'OD T'], '口腔内崩壊錠': ['OD錠', 'OD'],
              'カプセル': ['カプセル', 'Cap', 'CAP', 'C', 'カプ', 'cp'], '細粒': ['細粒', '細'], '顆粒': ['顆粒', '顆', 'か粒'], '散': ['散', '散剤'],
              'ドライシロップ': ['DS', 'ドライシロップ', 'Dシロップ'], 'シロップ': ['シロップ', 'Syr', 'シロ'], '注射液': ['注射液', '注', 'Inj', '注射'],
              '点滴静注用': ['点滴静注用', '点滴用', 'div'], '点滴静注': ['点滴静注', 'DIV', '点滴'], '静注用': ['静注用', 'iv', '静注'], '静注': ['静注', 'IV', '静注液'],
              '注射用': ['注射用', '注', '注用'], '皮下注': ['皮下注', 'SC', '皮下'], '注': ['注', 'inj'], '点眼液': ['点眼液', '点眼', '眼液'],
              '軟膏': ['軟膏', '軟', '軟コウ', 'oint'], 'クリーム': ['クリーム', 'Cr', 'クリ-ム'], 'テープ': ['テープ', 'テ-プ'], 'パップ': ['パップ'], '坐剤': ['坐剤', '坐薬', '座薬', 'supp'],
              '内用液': ['内用液', '内服液']}
PREFIX = ['内)', '外)', '眼科用 ', '〔院内〕', 'HD用 ', '救急', '★', '※後発※', '※', '(後)', '先)', 'ア)', '持参)', '(院外)', '外来用:', '病棟 ', '[劇]', '101 ', 'GE ', '般)', '＃']
SUFFIX = [' (院外)', '★', '〔冷所〕', ' 期限注意', '(後発)', ' ※粉砕不可', '(採用中止予定)', '/切替', '【ハイリスク】', ' PTP', ' (バラ)', '♯', '(冷)', ' 新', ' 2024']


def units_of(rng, strength):
    m = re.match(r'^([0-9.]+)(.*)$', strength)
    value, unit = m.group(1), m.group(2)
    choice = rng.random()
    if unit == 'mg':
        if choice < 0.3: return value
        if choice < 0.4: return f'{value}ミリ'
        if choice < 0.45 and float(value) >= 250: return f'{float(value) / 1000:g}g'
        if choice < 0.6: return f'{value}MG'
        if choice < 0.7: return f'{value} mg'
    if unit == 'μg' and choice < 0.6: return value + rng.choice(['ug', 'mcg', 'マイクロ', 'γ'])
    if unit == 'g' and choice < 0.3 and float(value) < 5: return f'{float(value) * 1000:g}mg'
    if unit == '万単位' and choice < 0.5: return f'{float(value) * 10000:.0f}単位'
    if unit == '%' and choice < 0.3: return f'{value}％'
    return strength


def slip(rng, text):
    if len(text) < 5: return text
    for _ in range(5):
        i = rng.randrange(1, len(text) - 1)
        if text[i].isdigit() or not text[i].isalpha(): continue
        how = rng.random()
        near = {'ー': '-', 'ィ': 'イ', 'ェ': 'エ', 'ッ': 'ツ', 'ュ': 'ユ', 'バ': 'パ', 'ビ': 'ピ', 'ブ': 'プ', 'ベ': 'ペ', 'ボ': 'ポ', 'ド': 'ト', 'ジ': 'ヂ', 'ズ': 'ス', 'ン': 'ソ', 'シ': 'ツ'}
        if text[i] in near: return text[:i] + near[text[i]] + text[i + 1:]
        if how < 0.4: return text[:i] + text[i + 1:]
        if how < 0.7: return text[:i] + text[i] + text[i:]
        return text[:i - 1] + text[i] + text[i - 1] + text[i + 1:]
    return text


def wide(rng, text, tools):
    return rng.choice((tools.half, tools.full, nfkc, lambda t: t))(text)


def drug(rng, name, tools):
    p = parts(name)
    if p is None:
        text = nfkc(name) if rng.random() < 0.5 else name
        if rng.random() < 0.2: text = text.replace('「', '(').replace('」', ')')
    else:
        stem, strength, form, maker, rest = p
        form = rng.choice(FORM_WORDS[form]) if rng.random() < 0.6 else form
        dropped = rng.random() < 0.08 and form in ('錠', 'T', 'tab')
        strength = units_of(rng, strength)
        if rng.random() < 0.03: stem = romaji(stem).upper() if rng.random() < 0.5 else romaji(stem).capitalize()
        shown = '' if not maker else rng.choice([f'「{maker}」', f'({maker})', f'[{maker}]', f'<{maker}>', maker, f' {maker}', f'・{maker}', f'「{maker}'])
        if maker and rng.random() < 0.05: shown = f'「{maker[:2]}」'
        f = '' if dropped else form
        gap = rng.choice(['', '', '', ' ', '　'])
        order = rng.random()
        if order < 0.45: text = f'{stem}{f}{gap}{strength}{rest}{shown}'
        elif order < 0.6: text = f'{stem}{gap}{strength}{f}{rest}{shown}'
        elif order < 0.7: text = f'{stem}{f}({strength}){rest}{shown}'
        elif order < 0.78: text = f'{stem}{shown}{f}{strength}{rest}'
        elif order < 0.84: text = f'{shown}{stem}{f}{gap}{strength}{rest}'
        elif order < 0.9: text = f'{strength}{gap}{stem}{f}{rest}{shown}'
        else: text = f'{stem}{f}{rest}{shown}{gap}{strength}'
        if '注' in form and rng.random() < 0.15: text += rng.choice([' 1A', ' 1V', '/A', ' 1管', ' 1瓶'])
    return text


def disease(rng, name):
    text = name
    for a, b in (('２型', 'Ⅱ型'), ('１型', 'I型'), ('癌', 'がん'), ('癌', 'ガン'), ('癌', 'ca'), ('頚', '頸'), ('攣', 'れん'), ('弯', '彎'), ('嚢', 'のう'), ('潰瘍', 'かいよう'), ('症候群', 'syndrome'),
                 ('症候群', 'SY'), ('骨折', '骨折'), ('膵', '膵臓'), ('痙', 'けい'), ('蕁麻', 'じんま'), ('濾', 'ろ'), ('齲', 'う'), ('鬱', 'うつ')):
        if a in text and rng.random() < 0.25: text = text.replace(a, b, 1)
    how = rng.random()
    if how < 0.1: text += rng.choice(['?', '？', ' 疑', '(疑)', 'の疑', ' s/o', '【疑い】', ' susp'])
    elif how < 0.25: text = rng.choice(['右', '左', '両', '両側', '右側', '左側', '(右)', '左)', 'rt.', 'lt.', 'Rt ', '右の']) + text
    elif how < 0.32: text += rng.choice(['(右)', '(左)', '（両側）', ' 右', ' lt', '・術後', '(術後)', '再発', '(再)', '後遺症'])
    elif how < 0.38: text = rng.choice(['主)', '【主】', '副)', '★', '既往:', '〔主病名〕', '#1 ', '1)']) + text
    return text


def act(rng, name):
    text = name
    for a, b in (('（', '['), ('）', ']'), ('加算', '加'), ('・', ''), ('－', ''), ('手術', 'OPE'), ('術', 'ope'), ('以上', '≧'), ('未満', '<'), ('精密', ''), ('検査', '検'),
                 ('ｃｍ', 'センチ'), ('１日につき', '/日'), ('管理料', '管理'), ('コンピューター断層撮影', 'CT'), ('磁気共鳴コンピューター断層撮影', 'MRI')):
        if a in text and rng.random() < 0.15: text = text.replace(a, b)
    if rng.random() < 0.1: text = text.replace('（', ' ').replace('）', '')
    if rng.random() < 0.06: text = rng.choice(['外来)', '入院 ', 'リハ:', '内視鏡室 ', '生理 ', '※', '手)', '検)', '[自動]']) + text
    return text


LAB_NAMES = {
    'HbA1c (NGSP)': ['ヘモグロビンA1C(NGSP値)', 'HbA1c(NGSP)', 'ＨｂＡ１ｃ', 'HBA1C', 'グリコヘモグロビン(A1c)', 'A1C(NGSP)', 'Hb-A1c', 'ﾍﾓｸﾞﾛﾋﾞﾝＡ１Ｃ'],
    'glucose': ['血糖値', '血糖', 'グルコース', 'ｸﾞﾙｺ-ｽ', 'GLU', 'Glucose', 'BS', 'BG', '血中グルコース', '静脈血糖', '血漿血糖', 'PG'],
    'creatinine': ['クレアチニン', 'ｸﾚｱﾁﾆﾝ(血清)', 'CRE', 'Cre', 'S-Cr', 'CREA', 'クレアチニン（ＣＲＥ）', 'Cr', '血清Cr', 'クレアチ二ン'],
    'eGFR': ['eGFR', 'ｅＧＦＲ', '推算GFR値', 'eGFR(CKD)', '推定GFR', 'eGFRcr', '推算糸球体ろ過量(eGFR)'],
    'urine albumin/creatinine': ['尿アルブミン(Cr換算)', 'U-Alb/Cr', '尿中ALB/CRE比', '尿ｱﾙﾌﾞﾐﾝ/ｸﾚｱﾁﾆﾝ', 'アルブミン指数(尿)', 'UACR'],
    'urea nitrogen': ['尿素窒素', 'BUN', 'UN', '尿素窒素(BUN)', 'ＢＵＮ', '血中尿素窒素', 'ﾆｮｳｿﾁｯｿ', '尿素－Ｎ'],
    'uric acid': ['尿酸', '尿酸（UA）', 'UA', 'ＵＡ', '血清尿酸', '尿酸値', 'Uric Acid'],
    'sodium': ['Na', 'ナトリウム', 'Ｎａ', 'Na+', '血清ナトリウム', '電解質(Na)', 'ナトリウム（Ｎａ）', 'NA'],
    'potassium': ['K', 'カリウム', 'Ｋ', 'K+', '電解質(K)', 'カリウム（Ｋ）', 'ｶﾘｳﾑ', '血清K'],
    'chloride': ['Cl', 'クロール', 'CL', 'Cl-', 'クロール（Ｃｌ）', 'クロライド', '電解質(Cl)', '塩化物'],
    'AST': ['AST', 'GOT', 'GOT/AST', 'AST/GOT', 'ＡＳＴ（ＧＯＴ）', 'AST(GOT)', 'アスパラギン酸トランスアミナーゼ', 'G O T'],
    'ALT': ['ALT', 'GPT', 'GPT/ALT', 'ALT/GPT', 'ＡＬＴ（ＧＰＴ）', 'ALT(GPT)', 'アラニントランスアミナーゼ'],
    'gamma-GT': ['γ-GTP', 'γ-GT', 'ｶﾞﾝﾏ-GTP', 'γ－ＧＴＰ', 'GGT', 'G-GT', 'ガンマ-GT', 'r-GT', 'γＧＴＰ'],
    'ALP (IFCC)': ['ALP', 'ALP(IFCC)', 'ALP_IFCC', 'アルカリホスファターゼ', 'アルカリフォスファターゼ', 'ＡＬＰ', 'ALP-IFCC', 'アルカリ・フォスファターゼ'],
    'total bilirubin': ['総ビリルビン', 'T-BIL', 'T-Bil', 'ビリルビン総量', 'TBil', 'ﾋﾞﾘﾙﾋﾞﾝ(総)', '総ﾋﾞﾘﾙﾋﾞﾝ', 'ﾄｰﾀﾙﾋﾞﾘﾙﾋﾞﾝ'],
    'LD': ['LDH', 'LD', 'LD(IFCC)', 'LDH(IFCC)', '乳酸脱水素酵素', 'ＬＤＨ', 'LD/LDH', '乳酸脱水素酵素(LD)'],
    'CK': ['CK', 'CPK', 'CK/CPK', 'ＣＫ', 'クレアチンキナーゼ', 'CK(CPK)', 'ｸﾚｱﾁﾝﾎｽﾎｷﾅ-ｾﾞ', 'T-CK'],
    'LDL-C': ['LDLコレステロール', 'LDL-C', 'LDL', 'LDL-Cho', 'LDL(直接)', 'LDL-コレステロール', 'ＬＤＬ－Ｃ', 'LDLコレステロール直接法', 'L-CHO'],
    'HDL-C': ['HDLコレステロール', 'HDL-C', 'HDL', 'HDL-Cho', 'HDL-コレステロール', 'ＨＤＬ－Ｃ', 'HDL－コレステロール定量'],
    'triglyceride': ['中性脂肪', 'TG', 'トリグリセライド', '中性脂肪(TG)', 'ＴＧ', 'トリグリセリド', 'TRIG', '中性脂肪（トリグリセライド）'],
    'CRP': ['CRP', 'C反応性蛋白', 'C反応性タンパク', 'ＣＲＰ', 'CRP(定量)', 'Ｃ反応性蛋白（CRP）', 'C-反応性蛋白', '炎症反応(CRP)'],
    'WBC': ['WBC', '白血球', '白血球数', 'ＷＢＣ', '末血 WBC', '白血球数(WBC)', 'CBC:WBC', '血算(WBC)'],
    'RBC': ['RBC', '赤血球', '赤血球数', 'ＲＢＣ', '末血 RBC', 'CBC:RBC', '赤血球数（RBC）'],
    'haemoglobin': ['Hb', 'ヘモグロビン', 'HGB', 'ＨＢ', '血色素', 'Hgb', 'ヘモグロビン(Hb)', 'CBC:Hb', '血色素量(Hb)'],
    'platelets': ['PLT', '血小板', '血小板数', 'Plt', 'ＰＬＴ', '末血 PLT', 'CBC:PLT', '血小板数(PLT)'],
    'albumin': ['アルブミン', 'ALB', 'Alb', 'ＡＬＢ', 'アルブミン(血清)', 'アルブミン（ＡＬＢ）', 'albumin', 'S-ALB'],
    'PT-INR': ['PT-INR', 'INR', 'PT(INR)', 'ＰＴ－ＩＮＲ', 'プロトロンビン時間 INR', 'PT INR値', 'ﾌﾟﾛﾄﾛﾝﾋﾞﾝ時間(INR)'],
}
UNIT_WAYS = {'mg/dL': ['mg/dl', 'mg/dL', 'ｍｇ／ｄｌ', 'MG/DL', 'mg/100mL'], 'U/L': ['U/L', 'IU/L', 'U/l', 'Ｕ／Ｌ', 'IU/l 37℃', '単位'], 'g/dL': ['g/dl', 'g/dL', 'ｇ／ｄｌ'], '%': ['%', '％', '％(NGSP)'],
             'mEq/L': ['mEq/l', 'mmol/L', 'meq/L', 'ｍＥｑ／ｌ'], '10^3/uL': ['10^3/μL', '×10³/μL', '千/μl', '10*3/mm3', 'K/uL'], '10^6/uL': ['10^6/μL', '×10⁶/μL', '百万/μl']}
NO_STANDARD = [('個室料（特別室）', 'procedure'), ('診断書料 一般', 'procedure'), ('文書料(生命保険)', 'procedure'), ('院内製剤 3%硝酸銀液', 'drug'), ('テスト薬品', 'drug'), ('【治験】XYZ-101/プラセボ', 'drug'), ('おむつ代', 'procedure'),
               ('人間ドックA', 'procedure'), ('予備項目1', 'lab'), ('検体コメント', 'lab'), ('採血管本数', 'lab'), ('溶血', 'lab'), ('乳び', 'lab'), ('病名未確定', 'disease'), ('健診用ダミー病名', 'disease'),
               ('セット:術前検査', 'lab'), ('自費 ワクチン接種料', 'procedure'), ('コメント(薬)', 'drug'), ('患者持参薬まとめ', 'drug'), ('新規採用申請中', 'drug')]


def lab_rows(path, rng, hospital, add, tools):
    for r in csv.DictReader(open(path, encoding='utf-8')):
        if r['item'] not in LAB_NAMES: continue
        for name in rng.sample(LAB_NAMES[r['item']], 2):
            mean, sd = (r['healthy_mean'].split('/')[0], r['healthy_sd'].split('/')[0])
            try: mean, sd = float(mean), float(sd)
            except ValueError: mean, sd = 72.0, 17.0
            row = {'kind': 'lab', 'unit': rng.choice(UNIT_WAYS.get(r['unit_display'], [r['unit_display'] if r['unit_display'] not in '-.' else ''])), 'count': rng.randrange(50, 5000)}
            if rng.random() < 0.15: row['unit'] = ''
            kind = rng.random()
            if kind < 0.5: row |= {'value_mean': round(mean * rng.uniform(0.9, 1.3), 3), 'value_sd': round(sd * rng.uniform(1, 2.5), 3), 'value_count': row['count']}
            elif kind < 0.7: row |= {'value_p05': round(max(0, mean - 1.6 * sd), 3), 'value_p50': round(mean * rng.uniform(0.95, 1.2), 3), 'value_p95': round(mean + 3 * sd, 3), 'value_count': row['count']}
            row['specimen'] = rng.choice({'023': ['血清', '', '', '静脈血'], '022': ['血漿', '', 'NaF血漿'], '019': ['全血', '', 'EDTA血'], '001': ['尿', '随時尿', '']}[r['jlac10'][9:12]])
            if r['item'] == 'urine albumin/creatinine' and not row['specimen']: row['specimen'] = '尿'
            if len(r['receipt_procedure']) == 9 and rng.random() < 0.4: row['claimed'] = f"{r['receipt_procedure']}:{int(row['count'] * 0.9)};112007410:{row['count'] // 2}"
            shown = wide(rng, name, tools) if rng.random() < 0.4 else name
            if rng.random() < 0.12: shown = rng.choice(['緊急)', '院内 ', '【外注】', '検:', '※', 'A001 ', '生化学 ', '至急:']) + shown
            if rng.random() < 0.1: shown += rng.choice([' ※', '(SRL)', '(至急)', ' 院内', '_2', '【外注】', '-新', ' (POCT)'])
            add(row | {'name': shown}, r['jlac10'])


def generate(masters, scenarios, codes, hospitals, seed, tools):
    rng = random.Random(seed)
    drugs = tools.unique([(r[2], r[4], r[9]) for r in tools.read(f'{masters}/y/y_ALL20240531.csv.zst') if not r[2].startswith('67')])
    diseases = tools.unique([(r[2], r[5], '') for r in tools.read(f'{masters}/b/b_20240601.txt.zst') if r[2] != '0000999'])
    acts = tools.unique([(r[2], r[4], '') for r in tools.read(f'{masters}/s/s_ALL20240531.csv.zst') if r[2][:2] in ('14', '15', '16', '17', '18')])
    rows, truth = [], []
    for h in range(hospitals):
        hospital = f'B{h + 1:02d}'

        def add(row, code):
            local = f'{rng.randrange(10 ** 6):06d}-{len(rows)}'
            rows.append({'hospital': hospital, 'local_code': local} | row)
            truth.append({'hospital': hospital, 'local_code': local, 'kind': row['kind'], 'std_code': code})

        n = codes // hospitals
        for kind, entries, share in (('drug', drugs, 0.45), ('disease', diseases, 0.35), ('procedure', acts, 0.2)):
            for code, name, unit in rng.sample(entries, min(int(n * share), len(entries))):
                text = drug(rng, name, tools) if kind == 'drug' else disease(rng, name) if kind == 'disease' else act(rng, name)
                if rng.random() < 0.03: text = slip(rng, text)
                text = wide(rng, text, tools)
                if kind != 'disease' and rng.random() < 0.12: text = rng.choice(PREFIX) + text
                if kind != 'disease' and rng.random() < 0.08: text += rng.choice(SUFFIX)
                row = {'kind': kind, 'name': text, 'count': rng.randrange(5, 3000)}
                if kind == 'drug' and rng.random() < 0.6: row['unit'] = unit
                if kind == 'drug' and rng.random() < 0.3:
                    p = parts(name)
                    m = re.match(r'^([0-9.]+)mg$', p[1]) if p else None
                    if m: row |= {'dose_p50': float(m.group(1)) * rng.choice((1, 1, 2)), 'dose_unit': 'mg'}
                if kind != 'disease' and rng.random() < 0.35:
                    row['claimed'] = f"{code}:{max(1, int(row['count'] * rng.uniform(0.4, 0.95)))};112007410:{row['count']};{rng.choice(drugs)[0]}:{rng.randrange(1, 4 + row['count'] // 3)}"
                    if rng.random() < 0.03: row['name'] = rng.choice(['薬品', 'その他', '処置', local_number(rng)])  # nothing but claims
                add(row, code)
        if scenarios: lab_rows(f'{scenarios}/labs.csv', rng, hospital, add, tools)
        for name, kind in rng.sample(NO_STANDARD, 6):
            add({'kind': kind, 'name': name, 'count': rng.randrange(5, 300)}, '')
    return rows, truth


def local_number(rng):
    return f'項目{rng.randrange(1000)}'
