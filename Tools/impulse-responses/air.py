"""Absorption of sound in air."""
import numpy as np


def energy_loss_per_metre(frequency_hz, celsius=20.0, humidity_percent=50.0, pressure_kpa=101.325):
    """The m of exp(-m d), the share of energy left after d metres: ISO 9613-1:1993, equations 3 to 5 and annex B."""
    frequency = np.asarray(frequency_hz, float)
    kelvin, pressure = celsius + 273.15, pressure_kpa / 101.325
    warmth = kelvin / 293.15
    saturation = 10 ** (-6.8346 * (273.16 / kelvin) ** 1.261 + 4.6151)
    vapour = humidity_percent * saturation / pressure                       # molar concentration of water, per cent
    oxygen = pressure * (24 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour))
    nitrogen = pressure * warmth ** -0.5 * (9 + 280 * vapour * np.exp(-4.170 * (warmth ** (-1 / 3) - 1)))
    decibels = 8.686 * frequency ** 2 * (
        1.84e-11 / pressure * warmth ** 0.5
        + warmth ** -2.5 * (0.01275 * np.exp(-2239.1 / kelvin) / (oxygen + frequency ** 2 / oxygen)
                            + 0.1068 * np.exp(-3352.0 / kelvin) / (nitrogen + frequency ** 2 / nitrogen)))
    return decibels * np.log(10) / 10
