Yours faithfully
