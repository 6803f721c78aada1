"""Every flag that is heard, by what it does to the sound."""

import numpy as np
import pytest

from pychang.analysis import Analysis, analyse
from pychang.arrays import FloatArray
from pychang.units import SAMPLE_RATE_HZ
from tests.pychang.signals import cents_off, error_db, power_db, spectrum_db, vowel
from tests.resampler.notes import asked, noise_between_partials_db, partial_levels_db, recording, sung

A3_HZ, A4_HZ, E2_HZ = 220.0, 440.0, 82.4069


def formant_ratio(wave: FloatArray, f0_hz: float) -> float:
    """The factor by which the envelope must be moved to be E2's, from 300 to 4500 Hz."""
    plain = partial_levels_db(recording(E2_HZ)[0], E2_HZ)
    own_hz = E2_HZ * np.arange(1, len(plain) + 1)
    levels = partial_levels_db(wave, f0_hz)
    hz = f0_hz * np.arange(1, len(levels) + 1)
    heard = (hz > 300) & (hz < 4500)
    ratios = np.geomspace(0.5, 2.0, 400)
    fits = [np.corrcoef(np.interp(hz[heard] / r, own_hz, plain), levels[heard])[0, 1] for r in ratios]
    return float(ratios[int(np.argmax(fits))])


@pytest.mark.parametrize("g", [-60, -30, -10, 0, 20, 60])
@pytest.mark.parametrize(("pitch", "f0_hz"), [("E2", E2_HZ), ("A2", 110.0)])
def test_g_moves_the_formants(g: int, pitch: str, f0_hz: float) -> None:
    wave = sung(recording(E2_HZ), asked(pitch, f"g{g}"))
    assert formant_ratio(wave, f0_hz) == pytest.approx(2 ** (-g / 120), rel=0.015)
    assert abs(np.median(cents_off(wave, f0_hz))) < 0.5  # and leaves the pitch alone


def test_n_turns_g_off() -> None:
    plain, off = (sung(recording(E2_HZ), asked("A2", flags)) for flags in ("", "g60N"))
    assert error_db(off, plain) < -60.0
    assert formant_ratio(sung(recording(E2_HZ), asked("A2", "g60N0")), 110.0) < 0.8


@pytest.mark.parametrize(("pitch", "f0_hz"), [("A4", A4_HZ), ("C5", 523.2511)])
@pytest.mark.parametrize(
    ("breath", "low_db", "high_db"), [(100, 11, 13), (75, 5, 7), (0, -13, -9), (25, -7, -5)]
)
def test_b_changes_the_noise_in_the_voice(
    pitch: str, f0_hz: float, breath: int, low_db: float, high_db: float
) -> None:
    """12 dB up or down. On the way down the partials' own unsteadiness is what remains."""
    source = recording(A4_HZ, breath_db=-15.0)
    plain, changed = (sung(source, asked(pitch, f"P0B{b}")) for b in (50, breath))
    levels = [noise_between_partials_db(wave, f0_hz, 3000, 9000) for wave in (plain, changed)]
    assert low_db < levels[1] - levels[0] < high_db
    loudest = slice(0, 2)
    change = partial_levels_db(changed, f0_hz)[loudest] - partial_levels_db(plain, f0_hz)[loudest]
    assert np.abs(change).max() < 0.5


@pytest.mark.parametrize("pitch", ["A2", "D3"])
def test_b_is_heard_in_low_voices_too(pitch: str) -> None:
    """Less there: between close partials much of the breath is measured as their movement."""
    source = recording(110.0, breath_db=-15.0)
    f0_hz = {"A2": 110.0, "D3": 146.8324}[pitch]
    levels = [
        noise_between_partials_db(sung(source, asked(pitch, f"P0B{b}")), f0_hz, 3000, 9000)
        for b in (0, 50, 100)
    ]
    assert levels[0] + 0.5 < levels[1] < levels[2] - 3.5


@pytest.mark.parametrize("volume", ["50", "100", "200"])
def test_p_brings_the_peak_to_half_of_full_scale(volume: str) -> None:
    def peak(strength: int) -> float:
        return float(np.abs(sung(recording(A3_HZ), asked("C4", f"P{strength}", volume=volume))).max())

    own = peak(0)
    assert peak(100) == pytest.approx(min(0.5 * float(volume) / 100, 0.999), rel=0.01)
    share = float(volume) / 100
    assert peak(50) == pytest.approx(share * np.sqrt(0.5 * own / share), rel=0.01)
    assert power_db(sung(recording(A3_HZ), asked("A3", "P0"))) == pytest.approx(
        power_db(recording(A3_HZ)[0]), abs=0.1
    )


def test_p_is_86_when_nothing_is_said() -> None:
    plain, said = (np.abs(sung(recording(A3_HZ), asked("C4", flags))).max() for flags in ("", "P86"))
    assert plain == pytest.approx(said, rel=1e-3)


@pytest.mark.parametrize("cents", [-1200, -37, 15, 100])
def test_t_moves_the_pitch(cents: int) -> None:
    wave = sung(recording(A3_HZ), asked("A3", f"t{cents}"))
    assert abs(np.median(cents_off(wave, A3_HZ * 2 ** (cents / 1200)))) < 0.5


@pytest.mark.parametrize("h", [30, 60, 99])
def test_h_damps_the_treble(h: int) -> None:
    cutoff_hz = 20000 * 20 ** (-h / 99)
    open_, damped = (
        sung(recording(A3_HZ, breath_db=-15.0), asked("A3", f"P0{flag}")) for flag in ("", f"H{h}")
    )
    # the noises are each request's own: what is compared are the partials
    change = partial_levels_db(damped, A3_HZ, 16000) - partial_levels_db(open_, A3_HZ, 16000)
    hz = A3_HZ * np.arange(1, len(change) + 1)
    np.testing.assert_allclose(change[hz < cutoff_hz / 2.2], 0.0, atol=0.3)
    if cutoff_hz < 12000:
        assert np.interp(cutoff_hz, hz, change) == pytest.approx(-3.0, abs=0.8)
    if cutoff_hz < 6000:
        assert spectrum_db(damped, 2 * cutoff_hz, 20000) < spectrum_db(open_, 2 * cutoff_hz, 20000) - 22


def a_to_i() -> tuple[FloatArray, Analysis]:
    """A voice that goes evenly from a to i in 0.4 s."""
    share = np.linspace(0.0, 1.0, round(0.4 * SAMPLE_RATE_HZ))
    wave = ((1 - share) * vowel(A3_HZ, "a", 0.4) + share * vowel(A3_HZ, "i", 0.4)).astype(np.float32)
    return wave, analyse(wave)


def turns_between_vowels(flags: str) -> int:
    """How often a note of 1.6 s passes the middle between a and i."""
    wave = sung(a_to_i(), asked("A3", flags, offset="0", length="1600", consonant="0", cutoff="0"))
    blocks = [wave[i : i + 2205] for i in range(0, len(wave) - 2205, 1102)]
    balance = np.array([spectrum_db(one, 2200, 3000) - spectrum_db(one, 700, 1500) for one in blocks])
    past = balance - (balance.max() + balance.min()) / 2
    side = np.sign(past[np.abs(past) > 0.2 * np.ptp(balance)])  # on its way a held vowel moves a little
    return int(np.count_nonzero(np.diff(side)))


@pytest.mark.parametrize(("flags", "turns"), [("", 1), ("e", 1), ("l", 4), ("He", 4), ("le", 4), ("el", 1)])
def test_e_stretches_and_l_goes_to_and_fro(flags: str, turns: int) -> None:
    assert turns_between_vowels(flags) == turns


@pytest.mark.parametrize("flags", ["e", "l"])
def test_a_lengthened_vowel_keeps_pitch_and_level(flags: str) -> None:
    source = recording(A3_HZ, seconds=0.3)
    for pitch, f0_hz in (("A3", A3_HZ), ("C4", 261.6256)):
        wave = sung(source, asked(pitch, flags + "P0", length="1500"))
        assert np.abs(np.median(cents_off(wave, f0_hz))) < 0.5
        level = [power_db(wave[i : i + 4410]) for i in range(2205, len(wave) - 4410, 2205)]
        assert np.ptp(level) < 0.5


@pytest.mark.parametrize("tension", [-100, -40, 50, 100])
@pytest.mark.parametrize(("pitch", "f0_hz"), [("A3", A3_HZ), ("D4", 293.6648)])
def test_mt_tilts_the_partials_and_keeps_the_power(tension: int, pitch: str, f0_hz: float) -> None:
    plain, tense = (sung(recording(A3_HZ), asked(pitch, flags)) for flags in ("P0", f"P0Mt{tension}"))
    change = partial_levels_db(tense, f0_hz) - partial_levels_db(plain, f0_hz)
    octaves = np.log2(np.arange(1, len(change) + 1))
    slope, _ = np.polyfit(octaves[octaves <= 5], change[octaves <= 5], 1)
    assert slope == pytest.approx(3.0 * tension / 100, abs=0.05)
    assert power_db(tense) == pytest.approx(power_db(plain), abs=0.1)


@pytest.mark.parametrize("strength", [-100, 50, 100])
def test_a_lets_the_level_follow_the_pitch(strength: int) -> None:
    up_and_down = "AA#20#Bk#20#AA#20#+c#20#AA#20#"  # 100 cents up, 100 cents down
    plain, following = (
        sung(recording(A3_HZ), asked("A3", flags, bend=up_and_down)) for flags in ("P0", f"P0A{strength}")
    )
    step = round(20 * 500 / 96 * 44.1)

    def rise(part: int) -> float:
        inside = slice(part * step + 800, (part + 1) * step - 800)
        return power_db(following[inside]) - power_db(plain[inside])

    assert rise(1) == pytest.approx(6.0 * strength / 100, abs=0.2)
    assert rise(3) == pytest.approx(-6.0 * strength / 100, abs=0.2)
    assert rise(0) == pytest.approx(0.0, abs=0.2)


def test_u_is_the_recording_itself() -> None:
    wave, analysis = recording(A3_HZ, breath_db=-20.0)
    raw = sung((wave, analysis), asked("C5", "uP0g50t100", offset="100", length="400"))
    np.testing.assert_allclose(raw, wave[4410 : 4410 + 17640], atol=1e-7)


def test_u_is_padded_with_silence_behind_the_window() -> None:
    wave, analysis = recording(A3_HZ)
    raw = sung((wave, analysis), asked("C5", "uP0", offset="100", cutoff="-200", length="400"))
    np.testing.assert_allclose(raw[:8820], wave[4410 : 4410 + 8820], atol=1e-7)
    assert len(raw) == 17640
    assert not raw[8820:].any()


def test_flags_of_other_engines_change_nothing() -> None:
    plain = sung(recording(A3_HZ, breath_db=-20.0), asked("C4", ""))
    np.testing.assert_array_equal(
        sung(recording(A3_HZ, breath_db=-20.0), asked("C4", "Y0F1Mb20S99fe4")), plain
    )
