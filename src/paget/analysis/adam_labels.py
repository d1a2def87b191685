"""Names and labels of the ADaM variables that Paget writes, in one place, so that every data set says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

DATASETS: Final = {
    "ADSL": "Subject-Level Analysis Dataset",
    "ADTTE": "Time-to-Event Analysis Dataset",
    "ADRS": "Tumour Response Analysis Dataset",
    "ADTR": "Tumour Results Analysis Dataset",
    "ADAE": "Adverse Events Analysis Dataset",
}

LABELS: Final = {
    "STUDYID": "Study Identifier",
    "USUBJID": "Unique Subject Identifier",
    "SUBJID": "Subject Identifier for the Study",
    "AGE": "Age",
    "AGEU": "Age Units",
    "SEX": "Sex",
    "ARM": "Description of Planned Arm",
    "TRT01P": "Planned Treatment for Period 01",
    "TRT01A": "Actual Treatment for Period 01",
    "TRTP": "Planned Treatment",
    "TRTA": "Actual Treatment",
    "ITTFL": "Intent-To-Treat Population Flag",
    "SAFFL": "Safety Population Flag",
    "DTHFL": "Subject Death Flag",
    "DTHDY": "Study Day of Death",
    "DTHCAUS": "Cause of Death",
    "LSTALVDY": "Study Day Last Known Alive",
    "TRTSDY": "Study Day of First Treatment",
    "TRTEDY": "Study Day of Last Treatment",
    "STAGE": "Stage at Diagnosis",
    "CANCER": "Cancer",
    "PARAMCD": "Parameter Code",
    "PARAM": "Parameter",
    "AVAL": "Analysis Value",
    "AVALC": "Analysis Value (C)",
    "AVALU": "Analysis Value Unit",
    "STARTDY": "Study Day of Time-to-Event Origin",
    "ADY": "Analysis Relative Day",
    "CNSR": "Censor",
    "EVNTDESC": "Event or Censoring Description",
    "ASEQ": "Analysis Sequence Number",
    "ANL01FL": "Analysis Flag 01",
    "ABLFL": "Baseline Record Flag",
    "BASE": "Baseline Value",
    "CHG": "Change from Baseline",
    "PCHG": "Percent Change from Baseline",
    "TULOC": "Location of the Tumour",
    "AESEQ": "Sequence Number",
    "AEDECOD": "Dictionary-Derived Term",
    "AETRT": "Therapy the Event Is Ascribed To",
    "AETOXGR": "Standard Toxicity Grade",
    "ATOXGRN": "Analysis Toxicity Grade (N)",
    "AESTDY": "Study Day of Start of Adverse Event",
    "AEENDY": "Study Day of End of Adverse Event",
    "AEOUT": "Outcome of Adverse Event",
    "TRTEMFL": "Treatment Emergent Analysis Flag",
}
"""Label of each variable. `AETRT`, `CANCER`, `STAGE`, `STARTDY`, `TRTSDY` and `TRTEDY` are Paget's own."""


def labelled(table: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Return a data set with its name and the labels of its variables in `attrs`.

    Parameters
    ----------
    table
        The data set; its columns have to be in `LABELS`.
    dataset
        A name of `DATASETS`.
    """
    table = table.reset_index(drop=True)
    table.attrs = {
        "dataset": dataset,
        "label": DATASETS[dataset],
        "labels": {name: LABELS[name] for name in table.columns},
    }
    return table
