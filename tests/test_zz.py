import time, pytest
from tests.test_who_may import *
@pytest.mark.parametrize("v",SETTINGS)
def test_zw(v):
    t=time.process_time()
    visits=Visits(v)
    print(v,"world", time.process_time()-t)
    for row in rows():
            if row.who!="allauth" and (v=="public" or row.chapter not in OF_NO_GROUP):
                try: visits.look(row)
                except AssertionError as e: visits.wrong[str(e)]=["-"]
    print("\n".join(f"{', '.join(kinds)}: {what}" for what, kinds in visits.wrong.items()),flush=True)
    print(v,"TOTAL", time.process_time()-t, flush=True)
