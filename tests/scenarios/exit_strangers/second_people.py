"""The persons of the second set, and the days on which things happen to them."""
import datetime


SURNAME = ["小笠原", "八重樫", "勅使河原", "安達", "真壁", "宇都宮", "犬飼", "西園寺", "武者小路", "浜崎", "錦織", "鬼頭", "大谷", "羽生", "長友", "我妻"]
GIVEN = ["由紀子", "俊介", "朋美", "克彦", "涼太", "美穂", "一樹", "静香", "孝雄", "玲奈", "龍之介", "ひろし", "まゆみ"]
ROMAN = ["Ogasawara", "Adachi", "Makabe", "Utsunomiya", "Inukai", "Hamasaki", "Nishikori", "Kito", "Otani", "Hanyu"]
FIRST = ["Yukiko", "Shunsuke", "Tomomi", "Katsuhiko", "Ryota", "Miho", "Kazuki", "Shizuka", "Takao", "Rena"]


def kanji(r):
    return r.choice(SURNAME) + r.choice(["", " ", "　"]) + r.choice(GIVEN)


def day(r, low=1930, high=2000):
    return datetime.date(r.randrange(low, high), r.randrange(1, 13), r.randrange(1, 29))


def recent(r):
    return datetime.date(r.randrange(2019, 2024), r.randrange(1, 13), r.randrange(2, 28))


def people(r, n=40):
    return [[r.randrange(20, 95), r.choice(["Male", "Female"]), r.choice(["0", "1", "2", "3"]), round(r.gauss(120, 18)), round(r.gauss(0.9, .3), 2), r.choice(["alive", "dead"])] for _ in range(n)]


HEAD = ["age_at_entry", "gender", "ecog", "sbp", "scr", "vital_status"]
