"""English words that are written with a full stop, by what the full stop says about the end of a sentence."""

# A sentence never ends here: a name or a number follows.
_NEVER_LAST = """
mr mrs ms messrs mme mlle dr prof st ste mt ft gen col lt sgt capt cpt maj cmdr adm rev hon sen rep
gov pres supt fr e.g i.e cf viz vs v al ca approx resp incl excl esp fig figs eq eqs sec ch chap vol
vols pp p ed eds trans op art no nos nr ref refs ex def thm cor lem prop dept univ assn bros est eg
ie
"""
NEVER_LAST = frozenset(_NEVER_LAST.split())
# A sentence may end here: it does when the next word is one that sentences begin with.
_SOMETIMES_LAST = """
etc inc ltd co corp jr sr esq ph.d a.m p.m b.c a.d jan feb mar apr jun jul aug sep sept oct nov dec
mon tue tues wed thu thur thurs fri sat sun ave blvd rd hwy min max hr hrs sq cm mm km kg lb lbs oz
dist gov't int'l
"""
SOMETIMES_LAST = frozenset(_SOMETIMES_LAST.split())
# Of those, the ones that are words too: "No. 5" but "He said no."
BEFORE_NUMBER = frozenset(["no", "art", "ex", "p", "sec", "ed", "fr"])
# Before a year, in this case alone: "(b. 1950)" but "J. B. Smith".
BEFORE_YEAR = frozenset(["b", "c", "d", "fl", "r"])
_STARTERS = """
the this that these those there then they their he his she her it its we our you your i my in on at
as for from by with to of and but or so if when while after before since because although though
however a an not no what who where why how all some many most one both each every another such here
now today yesterday tomorrow meanwhile moreover furthermore therefore thus nevertheless instead
still also yet once do did does is are was were has have had can could will would should may might
let please according despite during under over within without until unless whether nobody nothing
everyone everything someone something anyone
"""
STARTERS = frozenset(_STARTERS.split())
