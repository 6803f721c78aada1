"""The examples that the standard itself gives (표준 발음법), article by article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.g2p.hangul import CODAS, ONSETS, VOWELS, Syllable, joined_syllables, split_syllables
from voicebank_tools.g2p.korean_rules import spoken

EXAMPLES = """
5 가져 가저 다쳐 다처 희망 히망 띄어쓰기 띠어쓰기 무늬 무니 시계 시게 계시다 게시다
9 닦다 닥따 키읔 키윽 옷 옫 웃다 욷따 있다 읻따 젖 젇 빚다 빋따 꽃 꼳
9 쫓다 쫃따 솥 솓 뱉다 밷따 앞 압 덮다 덥따
10 넋 넉 넋과 넉꽈 앉다 안따 여덟 여덜 넓다 널따 외곬 외골 핥다 할따 값 갑
10 없다 업따 밟다 밥따 밟소 밥쏘 밟지 밥찌 밟는 밤는 밟게 밥께
11 닭 닥 흙과 흑꽈 맑다 막따 늙지 늑찌 삶 삼 젊다 점따 읊고 읍꼬 읊다 읍따
11 맑게 말께 묽고 물꼬
12 놓고 노코 좋던 조턴 쌓지 싸치 많고 만코 않던 안턴 닳지 달치 각하 가카 먹히다 머키다
12 밝히다 발키다 맏형 마텽 좁히다 조피다
12 넓히다 널피다 꽂히다 꼬치다 앉히다 안치다 닿소 다쏘 많소 만쏘 싫소 실쏘 놓는 논는 쌓네 싼네
12 않네 안네 뚫네 뚤레
12 낳은 나은 놓아 노아 쌓이다 싸이다 많아 마나 않은 아는 닳아 다라 싫어도 시러도
13 깎아 까까 옷이 오시 있어 이써 낮이 나지 꽂아 꼬자 꽃을 꼬츨 쫓아 쪼차 밭에 바테
13 앞으로 아프로 덮이다 더피다
14 넋이 넉씨 앉아 안자 닭을 달글 젊어 절머 곬이 골씨 핥아 할타 읊어 을퍼 값을 갑쓸
14 없어 업써
17 굳이 구지 미닫이 미다지 땀받이 땀바지 밭이 바치 벼훑이 벼훌치 굳히다 구치다 닫히다 다치다 묻히다 무치다
17 붙여 부처
18 먹는 멍는 국물 궁물 깎는 깡는 키읔만 키응만 몫몫이 몽목씨 긁는 긍는 흙만 흥만 닫는 단는
18 짓는 진는 옷맵시 온맵씨
18 있는 인는 맞는 만는 젖멍울 전멍울 쫓는 쫀는 꽃망울 꼰망울 붙는 분는 놓는 논는 잡는 잠는
18 밥물 밤물 앞마당 암마당 밟는 밤는 읊는 음는 없는 엄는
19 담력 담녁 침략 침냑 강릉 강능 항로 항노 대통령 대통녕 막론 망논 백리 뱅니 협력 혐녁
19 십리 심니
20 난로 날로 신라 실라 천리 철리 광한루 광할루 대관령 대괄령 칼날 칼랄 물난리 물랄리 줄넘기 줄럼기
20 닳는 달른 뚫는 뚤른 핥네 할레
23 국밥 국빱 깎다 깍따 넋받이 넉빠지 삯돈 삭똔 닭장 닥짱 칡범 칙뻠 뻗대다 뻗때다 옷고름 옫꼬름
23 있던 읻떤 꽂고 꼳꼬 꽃다발 꼳따발
23 낯설다 낟썰다 밭갈이 받까리 솥전 솓쩐 곱돌 곱똘 덮개 덥깨 옆집 엽찝 넓죽하다 넙쭈카다 읊조리다 읍쪼리다
23 값지다 갑찌다
24 앉고 안꼬 얹다 언따 닮고 담꼬 젊지 점찌
25 넓게 널께 핥다 할따 훑소 훌쏘 떫지 떨찌
"""


def pairs() -> list[tuple[str, str, str]]:
    rows = [line.split() for line in EXAMPLES.splitlines() if line]
    return [(row[0], row[i], row[i + 1]) for row in rows for i in range(1, len(row), 2)]


@pytest.mark.parametrize(("article", "written", "said"), pairs())
def test_examples_of_the_standard(article: str, written: str, said: str) -> None:
    assert joined_syllables(spoken(split_syllables(written), written)) == said, article


syllables = st.builds(Syllable, st.sampled_from(ONSETS), st.sampled_from(VOWELS), st.sampled_from(CODAS))


@given(st.lists(syllables, min_size=1, max_size=6).map(tuple))
def test_whatever_is_written_seven_ends_are_said(written: tuple[Syllable, ...]) -> None:
    said = spoken(written, joined_syllables(written))
    assert len(said) == len(written)
    assert {one.coda for one in said} <= {"", *"ㄱㄴㄷㄹㅁㅂㅇ"}
    assert all(one.onset in ONSETS and one.vowel in VOWELS for one in said)
