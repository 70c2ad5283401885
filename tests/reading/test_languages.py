"""What language a text is in, by its letters."""

from __future__ import annotations

import pytest

from papernotes.i18n import direction, language_classes, own_language, told_language
from papernotes.publish.plaintext import shorten


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A note on 王小明 and 李雷, who wrote the paper about networks.", ""),
        ("Une note écrite en français.", ""),
        ("Заметка о сетях.", ""),
        ("本文研究深度学习的泛化能力。", "zh"),
        ("BERT 是一个预训练模型,由 Google 提出。", "zh"),
        ("深層学習の汎化について調べた。", "ja"),
        ("딥러닝의 일반화에 대하여.", "ko"),
        ("ملاحظة حول التعميم في الشبكات.", "ar"),
        ("یادداشتی دربارهٔ شبکه‌های عصبی و گراف‌ها.", "fa"),
        ("הערה על רשתות נוירונים.", "he"),
        ("```python\nfor every_word in a_long_program: print(every_word)\n```\n方法如下。", "zh"),
        ("其中 $\\mathrm{softmax}(x) = \\frac{\\exp x}{Z}$ 。", "zh"),
        ("", ""),
    ],
)
def test_language_is_told_by_most_of_the_letters(text: str, language: str) -> None:
    assert told_language(text) == language


@pytest.mark.parametrize(
    ("tag", "site", "own"),
    [
        ("zh", "en", "zh"),
        ("zh", "zh_CN", ""),
        ("zh-Hant", "zh_CN", "zh-Hant"),
        ("zh-CN", "zh_CN", ""),
        ("", "en", ""),
    ],
)
def test_language_of_the_site_is_not_said_again(tag: str, site: str, own: str) -> None:
    assert own_language(tag, site) == own


def test_direction_follows_from_the_language() -> None:
    assert [direction(tag) for tag in ("ar", "he", "FA-IR", "en", "art")] == [
        *["rtl"] * 3,
        *["ltr"] * 2,
    ]
    assert language_classes("ar") == ["language-ar", "pn-rtl"]
    assert language_classes("") == []


def test_descriptions_without_spaces_are_cut_after_a_letter() -> None:
    assert shorten("BERT 是一个" + "很长" * 20, 20) == "BERT 是一个" + "很长" * 6 + "…"
    assert shorten("words and more words", 12) == "words and…"
