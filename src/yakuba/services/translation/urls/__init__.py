"""Addresses of the translation room: of staff here, of guests in `public`."""

from django.urls import path

from yakuba.services.translation.pages import captions, counter, phrases, plain, texts

app_name = "translation"
urlpatterns = [
    path("", counter.index, name="index"),
    path("talks/<int:talk_id>/", counter.talk, name="talk"),
    path("talks/<int:talk_id>/say/", counter.say, name="say"),
    path("talks/<int:talk_id>/write/", counter.write, name="write"),
    path("talks/<int:talk_id>/language/", counter.language, name="language"),
    path("talks/<int:talk_id>/end/", counter.end, name="end"),
    path("phrases/", phrases.index, name="phrases"),
    path("phrases/new/", phrases.new, name="phrase-new"),
    path("phrases/load/", phrases.load, name="phrase-load"),
    path("phrases/check/", phrases.check, name="phrase-check"),
    path("phrases/one/<str:phrase_code>/", phrases.phrase, name="phrase"),
    path("phrases/one/<str:phrase_code>/reword/", phrases.reword, name="phrase-reword"),
    path("captions/", captions.index, name="captions"),
    path("captions/<int:caption_id>/", captions.caption, name="caption"),
    path("captions/<int:caption_id>/add/", captions.add, name="caption-add"),
    path("captions/<int:caption_id>/correct/", captions.correct, name="caption-correct"),
    path("texts/", texts.index, name="texts"),
    path("texts/keep/", texts.keep, name="text-keep"),
    path("texts/kept/", texts.kept, name="text-kept"),
    path("terms/", texts.terms, name="terms"),
    path("talks/<int:talk_id>/understand/", counter.understand, name="understand"),
    path("plain/", plain.index, name="plain"),
    path("kept/<int:kept_talk_id>/", counter.kept, name="kept"),
]
